# A test program for Ruby: the same output by CRuby 3.1 to 3.4.
require "json"
require "set"
require "digest"
require "erb"
require "time"
require "stringio"

Point = Struct.new(:x, :y) do
  include Comparable
  def <=>(other) = [x, y] <=> [other.x, other.y]
  def +(other) = Point.new(x + other.x, y + other.y)
  def to_s = "(#{x}, #{y})"
end

# numbers
sieve = Array.new(100_001, true)
(2..316).each { |i| (i * i).step(100_000, i) { |j| sieve[j] = false } if sieve[i] }
puts "primes #{sieve[2..].count(true)}"
puts "2**521-1 #{(2**521 - 1).digits.sum} #{(2**521 - 1).to_s(36)[0, 20]} #{300.downto(1).inject(:*) % 1_000_000_007}"
puts "floats #{0.1 + 0.2} #{1e23} #{5e-324} #{Math.sqrt(2).round(12)} #{10.fdiv(3).floor(5)} #{-7 / 2} #{-7 % 3} #{7.pow(1000, 13)}"
puts "rational #{Rational(3, 4) + Rational(1, 6)} #{Complex(1, 2) ** 3} #{"%08.3f|%-6s|%+x" % [3.14159, "ab", 255]}"

# objects, blocks, enumerators
points = (1..2000).map { |i| Point.new(i * 7919 % 101, i * 104_729 % 97) }
puts "points #{points.min} #{points.max} #{points.sum(Point.new(0, 0))} #{points.uniq.size} #{points.sort[1000]}"
puts "groups #{points.group_by { |p| p.x % 5 }.transform_values(&:count).sort.inspect}"
fib = Enumerator.new { |y| a, b = 0, 1; loop { y << a; a, b = b, a + b } }
puts "lazy #{fib.lazy.select(&:even?).map { _1 * 3 }.reject { |v| v % 4 == 0 }.first(8).inspect}"
puts "fiber #{Fiber.new { Fiber.yield 1; Fiber.yield 2; 3 }.then { |f| [f.resume, f.resume, f.resume] }.inspect}"
hash = Hash.new { |h, k| h[k] = k < 2 ? k : h[k - 1] + h[k - 2] }
puts "memo #{hash[90]} #{hash.size}"
words = File.read(__FILE__).scan(/[a-z_]{3,}/).tally.sort_by { |w, n| [-n, w] }.first(6)
puts "words #{words.map { |w, n| "#{w}=#{n}" }.join(" ")}"
module Loud; def shout = "#{self}!".upcase; end
puts "mixin #{"hey".dup.extend(Loud).shout} #{Class.new { define_method(:z) { |*a, k: 1, **o| [a, k, o.size] } }.new.z(1, 2, k: 3, q: 4).inspect}"
value = {name: "Ada", roles: [:admin, {level: 9}]}
case value
in {name: String => name, roles: [Symbol => role, {level: Integer => level}]} if level > 5
  puts "match #{name} #{role} #{level}"
end
puts "method_missing #{Class.new { def method_missing(m, *a) = "#{m}:#{a.sum}"; def respond_to_missing?(*) = true }.new.total(1, 2, 3)}"

# errors, throw, ensure, deep recursion
log = []
begin
  begin
    Integer("x1")
  rescue ArgumentError => e
    log << e.class
    raise IOError, "again"
  ensure
    log << :ensure
  end
rescue => e
  log << e.message << e.cause.class
end
log << catch(:out) { 10.times { |i| 10.times { |j| throw :out, [i, j] if i * j == 42 } } }
log << begin; (deep = ->(n) { deep.(n + 1) }).(0); rescue SystemStackError => e; e.class; end
log << [1, 2, 3].each_with_index.map { |a, i| next 0 if a == 2; a * i }
puts "flow #{log.inspect}"

# the standard library
data = JSON.parse(JSON.generate({"a" => [1, 2.5, nil, true], "é" => "\u2028\n", "n" => {"deep" => [[0]]}}))
puts "json #{data["a"].inspect} #{data["é"].bytes.inspect} #{JSON.pretty_generate(data["n"]).lines.size}"
puts "digest #{Digest::SHA256.hexdigest("samite" * 1000)[0, 24]} #{Digest::MD5.hexdigest(File.read(__FILE__).lines.first)}"
puts "pack #{[1, 2.5, "xyz", 65_535].pack("NGA5v").unpack("NGA5v").inspect} #{["samite"].pack("m").chomp} #{"ÀÉ".unpack("U*").inspect}"
puts ERB.new("erb <% 3.times do |i| %><%= i * i %>;<% end %>").result(binding)
puts "time #{Time.utc(2024, 2, 29, 12).iso8601} #{(Time.utc(2024, 3, 1) - Time.utc(2024, 2, 1)).to_i} #{Time.parse("2001-09-09T01:46:40Z").to_i}"
puts "set #{(Set[1, 2, 3] & Set[2, 3, 4]).to_a.inspect} #{[3, 1, 2].permutation.map(&:join).join(" ")}"
puts "strings #{"Ünïcödé".unicode_normalize(:nfd).length} #{"ß".upcase} #{"hello world".tr("a-y", "b-z")} #{"a-b_c d".split(/[-_ ]/).map(&:capitalize).join}"
puts "regexp #{"2024-02-29 and 1999-12-31".gsub(/(?<y>\d+)-(?<m>\d+)-(?<d>\d+)/, '\k<d>.\k<m>.\k<y>')} #{"foobar"[/o+(?=b)/]} #{"aXbX" =~ /X\z/}"
out = StringIO.new
$stdout, old = out, $stdout
puts "captured"
$stdout = old
puts "io #{out.string.inspect} #{File.exist?("/nonexistent")} #{ARGV.inspect}"

# work for the collector
kept = {}
200_000.times { |i| kept[i % 1000] = [i.to_s, {i => i.to_f}] }
GC.start
puts "gc #{kept.size} #{kept[999].first} #{kept.values.sum { |v| v.last.values.first }}"
