//! Writes `ui/src/contract.ts`. Run `cargo test -p xunzhan-contract` with `UPDATE_CONTRACT=1` to renew it.

use std::collections::BTreeMap;
use ts_rs::{Config, TS, TypeVisitor};

/// Collects type declarations in a fixed order.
pub struct Types {
    config: Config,
    declarations: BTreeMap<String, String>,
}

impl Types {
    fn new() -> Self {
        Self {
            config: Config::default().with_large_int("number"),
            declarations: BTreeMap::new(),
        }
    }

    /// Adds a type with everything that it names, and answers with its name.
    pub fn add<T: TS + 'static + ?Sized>(&mut self) -> String {
        self.visit::<T>();
        T::name(&self.config)
    }
}

impl TypeVisitor for Types {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        if T::output_path().is_some() {
            let name = T::ident(&self.config);
            if self.declarations.contains_key(&name) {
                return;
            }
            self.declarations.insert(name, T::decl(&self.config));
        }
        T::visit_dependencies(self);
        T::visit_generics(self);
    }
}

/// The whole file.
pub fn file() -> String {
    let mut types = Types::new();
    let field = crate::field::typescript(&mut types);
    let console = crate::console::typescript(&mut types);
    types.add::<crate::ApiError>();
    types.add::<crate::field::HostEvent>();
    types.add::<crate::stations::StationTable>();
    types.add::<crate::lists::ExportList>();
    let mut text = String::from("// Generated from crates/contract; do not edit. A test fails when this file is stale.\n\n");
    for declaration in types.declarations.values() {
        text.push_str(&format!("export {declaration}\n"));
    }
    text.push('\n');
    text.push_str(&field);
    text.push('\n');
    text.push_str(&console);
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn committed_typescript_is_current() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../ui/src/contract.ts");
        let wanted = super::file();
        if std::env::var_os("UPDATE_CONTRACT").is_some() {
            std::fs::write(path, &wanted).unwrap();
        }
        let present = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            present == wanted,
            "ui/src/contract.ts is stale: run UPDATE_CONTRACT=1 cargo test -p xunzhan-contract"
        );
    }
}
