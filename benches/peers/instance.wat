;; What is instantiated and dropped over and over: 1 MiB of memory, data on its first and last page, a table of 64 entries,
;; two globals. `touch` reads both data segments and writes one word: the pages that an instance which does anything needs.
(module
  (memory (export "memory") 16)
  (global $top (mut i32) (i32.const 1048576))
  (global $base i32 (i32.const 64))
  (table (export "table") 64 64 funcref)
  (elem (i32.const 0) $touch $zero $zero $zero $zero $zero $zero $touch)
  (elem (i32.const 56) $zero $zero $zero $zero $zero $zero $zero $touch)
  (data (i32.const 64) "the first data segment: a line of text such as programs carry in their read-only data\00")
  (data (i32.const 1048000) "the last data segment\00")
  (func $zero (result i32) (i32.const 0))
  (func $touch (export "touch") (result i32)
    (i32.store (i32.const 1024) (global.get $top))
    (i32.add (i32.load8_u (global.get $base)) (i32.load8_u (i32.const 1048000)))))
