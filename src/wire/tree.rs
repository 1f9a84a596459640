//! What an answer says, before it is written as JSON or XML.

use alloc::string::String;
use alloc::vec::Vec;

use zeroize::Zeroizing;

/// A value of an answer.
pub enum Tree {
    /// A text.
    Text(String),
    /// A text that is overwritten when it is dropped and that `Debug` does not show: a private key.
    Secret(Zeroizing<String>),
    /// A whole number.
    Number(i64),
    /// Yes or no.
    Flag(bool),
    /// Values in a row, and the name that each has in XML.
    List(&'static str, Vec<Tree>),
    /// Named values, in their order.
    Fields(Vec<(&'static str, Tree)>),
}
