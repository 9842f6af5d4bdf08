//! Python values in JSON: kombu's typed extras, and `repr`.

mod exception;
mod repr;
mod value;

pub use exception::PyException;
pub use repr::{args_repr, kwargs_repr, value_repr};
pub use value::{Decimal, Python, PythonType, plain};
