//! The parameters of a call: decoded, each name once.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use core::fmt;

use zeroize::Zeroizing;

use super::Fault;
use crate::model::OrderId;
use crate::model::id::OrderIdError;

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
    /// As [`missing`](Self::missing) has it.
    pub fn required(&self, name: &str) -> Result<&str, Fault> {
        self.text(name).ok_or_else(|| self.missing(name))
    }

    /// What is told of a parameter that is needed and has no value: that it was not sent, or that it
    /// is empty. The code is one.
    #[must_use]
    pub fn missing(&self, name: &str) -> Fault {
        if self.0.contains_key(name) {
            let why = format!("The parameter {name} is needed and is empty.");
            return Fault::new(400, "MissingParameter", why);
        }
        Fault::missing(name)
    }

    /// A whole number within bounds; none if it was not sent.
    ///
    /// # Errors
    /// [`Fault::invalid`].
    pub fn number(
        &self,
        name: &str,
        bounds: core::ops::RangeInclusive<u64>,
    ) -> Result<Option<u64>, Fault> {
        let Some(text) = self.text(name) else {
            return Ok(None);
        };
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse().ok().filter(|_| digits);
        if let Some(number) = number.filter(|number| bounds.contains(number)) {
            return Ok(Some(number));
        }
        let (least, most) = (bounds.start(), bounds.end());
        let why = format!("a whole number from {least} to {most} is expected");
        Err(Fault::invalid(name, &why))
    }

    /// The number of an order or a certificate, which never passes through a float.
    ///
    /// # Errors
    /// [`Fault::missing`], [`Fault::invalid`].
    pub fn id(&self, name: &str) -> Result<OrderId, Fault> {
        let id = self.required(name)?.parse();
        id.map_err(|error: OrderIdError| Fault::invalid(name, &error.to_string()))
    }

    /// Yes or no, in any case; no, if it was not sent.
    ///
    /// # Errors
    /// [`Fault::invalid`].
    pub fn flag(&self, name: &str) -> Result<bool, Fault> {
        match self.text(name) {
            None => Ok(false),
            Some(yes) if yes.eq_ignore_ascii_case("true") => Ok(true),
            Some(no) if no.eq_ignore_ascii_case("false") => Ok(false),
            Some(_) => Err(Fault::invalid(name, "true or false is expected")),
        }
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
