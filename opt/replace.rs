//! What stands for a value: a table by value, where each names what it was replaced by, itself if it was not.
use cranelift_entity::EntityRef;
use samite_ir::ssa::Value;

/// The end of the chain that starts at a value, which is shortened on the way.
pub fn find(map: &mut [Value], v: Value) -> Value {
    let mut v = v;
    while map[v.index()] != v {
        map[v.index()] = map[map[v.index()].index()];
        v = map[v.index()];
    }
    v
}
