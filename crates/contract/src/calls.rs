//! The table of calls and what grows out of it.

/// Declares a face's calls: `/// doc` then `name(Args) -> Answer [access];`. Makes the trait `$host`, the function `dispatch`, the
/// constant `CALLS` and the function `typescript`.
macro_rules! calls {
    ($host:ident, $interface:literal, $access:ty, $( #[doc = $doc:literal] $name:ident($args:ty) -> $answer:ty [$who:expr]; )*) => {
        /// What a host must be able to do: one method a call.
        pub trait $host {
            $( #[doc = $doc] fn $name(&self, args: $args) -> Result<$answer, $crate::ApiError>; )*
        }

        /// Every call with who may make it.
        pub const CALLS: &[(&str, $access)] = &[ $( (stringify!($name), $who), )* ];

        /// Reads the arguments, makes the call and writes the answer. Access is the adapter's duty and is checked before.
        pub fn dispatch(host: &impl $host, call: &str, args: serde_json::Value) -> Result<serde_json::Value, $crate::ApiError> {
            let bad = |error: serde_json::Error| $crate::ApiError::new($crate::ErrorCode::BadRequest).with("detail", error);
            match call {
                $( stringify!($name) => {
                    let args: $args = serde_json::from_value(args).map_err(bad)?;
                    serde_json::to_value(host.$name(args)?).map_err(bad)
                } )*
                _ => Err($crate::ApiError::new($crate::ErrorCode::NoSuchCall).with("call", call)),
            }
        }

        /// The TypeScript of this face.
        pub fn typescript(types: &mut $crate::typescript::Types) -> String {
            let mut text = format!("export interface {} {{\n", $interface);
            $(
                let (args, answer) = (types.add::<$args>(), types.add::<$answer>());
                text.push_str(&format!("  /** {} */\n  {}: {{ args: {args}; answer: {answer} }};\n", $doc.trim(), stringify!($name)));
            )*
            text.push_str("}\n");
            text
        }
    };
}

pub(crate) use calls;
