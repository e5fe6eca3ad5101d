//! Function types by number. One number for one type in the whole engine, so that an indirect call compares two numbers. Types are kept
//! until the engine is dropped.
use crate::sync::RwLock;
use samite_ir::translate::module::FuncType;
use std::collections::HashMap;
use std::sync::Arc;

#[derive(Default)]
pub struct Registry {
    types: RwLock<Types>,
}

#[derive(Default)]
struct Types {
    ids: HashMap<Arc<FuncType>, u32>,
    /// Type `id` is at `id - 1`: number 0 is impossible, it marks null table entries.
    list: Vec<Arc<FuncType>>,
}

impl Registry {
    pub fn id(&self, ty: &FuncType) -> u32 {
        if let Some(id) = self.types.read().ids.get(ty) {
            return *id;
        }
        let mut types = self.types.write();
        if let Some(id) = types.ids.get(ty) {
            return *id;
        }
        let ty = Arc::new(ty.clone());
        types.list.push(ty.clone());
        let id = u32::try_from(types.list.len()).expect("more than 2^32 function types");
        types.ids.insert(ty, id);
        id
    }
    /// Panics for a number that `id` never gave.
    pub fn get(&self, id: u32) -> Arc<FuncType> {
        self.types.read().list[id as usize - 1].clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::{check, thread};
    use samite_ir::translate::module::ValType;

    #[test]
    fn equal_types_share_a_number() {
        check(|| {
            let registry = Arc::new(Registry::default());
            let other = FuncType { params: vec![ValType::I32], results: vec![] };
            let threads = [FuncType::default(), other.clone(), other.clone()].map(|ty| {
                let registry = registry.clone();
                thread::spawn(move || {
                    let id = registry.id(&ty);
                    assert_eq!(*registry.get(id), ty);
                    id
                })
            });
            let [unit, a, b] = threads.map(|thread| thread.join().unwrap());
            assert!(unit != 0 && a != 0 && unit != a && a == b);
            assert_eq!(registry.id(&FuncType::default()), unit);
            assert_eq!(*registry.get(a), other);
        });
    }
}
