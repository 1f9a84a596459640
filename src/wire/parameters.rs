//! The parameters of a call: decoded, each name once.

use alloc::collections::BTreeMap;
use alloc::string::String;
use core::fmt;

use zeroize::Zeroizing;

use super::Fault;

/// The parameters of a call, system ones included. Values are overwritten when they are dropped, and
/// `Debug` shows names alone: private keys travel here.
#[derive(Clone, Default)]
pub struct Parameters(BTreeMap<String, Zeroizing<String>>);

impl Parameters {
    /// Adds a parameter.
    ///
    /// # Errors
    /// [`Fault`] if it is there already.
    pub fn add(&mut self, name: String, value: String) -> Result<(), Fault> {
        let value = Zeroizing::new(value);
        if self.0.contains_key(&name) {
            return Err(Fault::invalid(&name, "it was sent twice"));
        }
        self.0.insert(name, value);
        Ok(())
    }

    /// Its value as it was sent; none if it was not sent or is empty.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(|value| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// Its value.
    ///
    /// # Errors
    /// [`Fault::missing`].
    pub fn required(&self, name: &str) -> Result<&str, Fault> {
        self.text(name).ok_or_else(|| Fault::missing(name))
    }

    /// Every name and value, in the order of names; empty values too.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl fmt::Debug for Parameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
