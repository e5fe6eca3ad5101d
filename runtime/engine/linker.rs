//! Linkers: imports by name.
use crate::engine::Engine;
use crate::externals::{Extern, ExternType};
use crate::func::{Caller, IntoFunc, untyped};
use crate::instance::{Instance, InstancePre};
use crate::module::Module;
use crate::store::{AsContext, AsContextMut};
use crate::values::Val;
use crate::vm::host::HostFunc;
use anyhow::{anyhow, bail, ensure};
use samite_ir::translate::module::FuncType;
use std::collections::HashMap;

/// What a name stands for.
pub(crate) enum Definition<T> {
    /// A function of the host, in no store yet: each store gets its own.
    Host(HostFunc<T>),
    Extern(Extern),
}

impl<T> Clone for Definition<T> {
    fn clone(&self) -> Definition<T> {
        match self {
            Definition::Host(host) => Definition::Host(host.clone()),
            Definition::Extern(found) => Definition::Extern(found.clone()),
        }
    }
}

/// Names to link modules against. Host functions defined here can be used in any store of `T`s of the same engine; memories and other things
/// of a store only in that store.
pub struct Linker<T: 'static> {
    engine: Engine,
    modules: HashMap<String, HashMap<String, Definition<T>>>,
    allow_shadowing: bool,
}

impl<T: 'static> Clone for Linker<T> {
    fn clone(&self) -> Linker<T> {
        Linker { engine: self.engine.clone(), modules: self.modules.clone(), allow_shadowing: self.allow_shadowing }
    }
}

impl<T: 'static> Linker<T> {
    pub fn new(engine: &Engine) -> Linker<T> {
        Linker { engine: engine.clone(), modules: HashMap::new(), allow_shadowing: false }
    }
    pub fn engine(&self) -> &Engine {
        &self.engine
    }
    /// May a name be defined again? At first it may not.
    pub fn allow_shadowing(&mut self, allow: bool) -> &mut Linker<T> {
        self.allow_shadowing = allow;
        self
    }
    fn insert(&mut self, module: &str, name: &str, definition: Definition<T>) -> anyhow::Result<&mut Linker<T>> {
        if !self.modules.contains_key(module) {
            self.modules.insert(module.to_string(), HashMap::new());
        }
        let names = self.modules.get_mut(module).expect("inserted above");
        if !self.allow_shadowing && names.contains_key(name) {
            bail!("import of `{module}::{name}` defined twice");
        }
        names.insert(name.to_string(), definition);
        Ok(self)
    }
    pub(crate) fn definition(&self, module: &str, name: &str) -> Option<&Definition<T>> {
        self.modules.get(module)?.get(name)
    }
    /// Defines something of a store.
    pub fn define(
        &mut self,
        store: impl AsContext<Data = T>,
        module: &str,
        name: &str,
        item: impl Into<Extern>,
    ) -> anyhow::Result<&mut Linker<T>> {
        let item = item.into();
        ensure!(item.belongs_to(store.as_context().opaque()), "`{module}::{name}` belongs to another store");
        self.insert(module, name, Definition::Extern(item))
    }
    /// Defines a host function of a typed closure; see `Func::wrap`.
    pub fn func_wrap<Params, Results>(
        &mut self,
        module: &str,
        name: &str,
        func: impl IntoFunc<T, Params, Results>,
    ) -> anyhow::Result<&mut Linker<T>> {
        let host = func.into_func(&self.engine)?;
        self.insert(module, name, Definition::Host(host))
    }
    /// Defines a host function of any type; see `Func::new`.
    pub fn func_new(
        &mut self,
        module: &str,
        name: &str,
        ty: FuncType,
        func: impl Fn(Caller<'_, T>, &[Val], &mut [Val]) -> anyhow::Result<()> + Send + Sync + 'static,
    ) -> anyhow::Result<&mut Linker<T>> {
        let host = untyped(&self.engine, ty, func)?;
        self.insert(module, name, Definition::Host(host))
    }
    /// Defines all exports of an instance under a module name.
    pub fn instance(&mut self, mut store: impl AsContextMut<Data = T>, module: &str, instance: Instance) -> anyhow::Result<&mut Linker<T>> {
        for export in instance.exports(&mut store) {
            self.insert(module, export.name(), Definition::Extern(export.clone().into_extern()))?;
        }
        Ok(self)
    }
    /// Lets a name stand for what another one stands for now.
    pub fn alias(&mut self, module: &str, name: &str, as_module: &str, as_name: &str) -> anyhow::Result<&mut Linker<T>> {
        let definition = self.definition(module, name).ok_or_else(|| anyhow!("no definition of `{module}::{name}`"))?.clone();
        self.insert(as_module, as_name, definition)
    }
    /// The same for all names of a module.
    pub fn alias_module(&mut self, module: &str, as_module: &str) -> anyhow::Result<()> {
        let names = self.modules.get(module).cloned().unwrap_or_default();
        for (name, definition) in names {
            self.insert(as_module, &name, definition)?;
        }
        Ok(())
    }
    /// Defines every function that the module imports and nobody has defined yet as one that fails, naming itself.
    ///
    /// Imports other than functions are left undefined.
    pub fn define_unknown_imports_as_traps(&mut self, module: &Module) -> anyhow::Result<()> {
        for import in module.imports() {
            let (of, name) = (import.module().to_string(), import.name().to_string());
            let ExternType::Func(ty) = import.ty() else { continue };
            if self.definition(&of, &name).is_none() {
                let message = format!("unknown import: `{of}::{name}` has not been defined");
                self.func_new(&of, &name, ty, move |_, _, _| bail!("{message}"))?;
            }
        }
        Ok(())
    }
    /// Defines every function that the module imports and nobody has defined yet as one that gives zeros and nulls.
    pub fn define_unknown_imports_as_default_values(&mut self, module: &Module) -> anyhow::Result<()> {
        for import in module.imports() {
            let (of, name) = (import.module(), import.name());
            let ExternType::Func(ty) = import.ty() else { continue };
            if self.definition(of, name).is_none() {
                self.func_new(of, name, ty, |_, _, _| Ok(()))?;
            }
        }
        Ok(())
    }
    /// What a name stands for in a store. Panics for a host function and a store of another engine.
    pub fn get(&self, mut store: impl AsContextMut<Data = T>, module: &str, name: &str) -> Option<Extern> {
        Some(match self.definition(module, name)? {
            Definition::Host(host) => Extern::Func(crate::Func::from_record(host.record(&mut store.as_context_mut()))),
            Definition::Extern(found) => found.clone(),
        })
    }
    /// Instantiates a module with imports found here. A missing one, or one of a wrong type, is named in the error.
    pub fn instantiate(&self, store: impl AsContextMut<Data = T>, module: &Module) -> anyhow::Result<Instance> {
        self.instantiate_pre(module)?.instantiate(store)
    }
    /// Finds the imports once, for many instances.
    pub fn instantiate_pre(&self, module: &Module) -> anyhow::Result<InstancePre<T>> {
        InstancePre::new(self, module)
    }
}
