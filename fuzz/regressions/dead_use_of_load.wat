;; A load whose only user is dead was not done, so its trap was lost.
(module
  (memory 1)
  (func (export "f") (i32.load8_s (i32.const -5)) (i32.eqz) (drop) (unreachable))
  (func (export "g") (param i32) (f32.load (local.get 0)) (f32.neg) (drop)))
