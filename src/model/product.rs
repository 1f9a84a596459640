//! Product specifications: what kind of certificate a code stands for.

use alloc::vec::Vec;

use super::text::{Inline, inline_text};

/// The code of a product specification, such as `symantec-free-1-free`.
///
/// A code says nothing by its spelling: the documents describe `cfca-ev-w-advanced` as an
/// *organization* validated wildcard. Class and name kind are looked up in a [`Catalog`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProductCode(Inline<39>);
inline_text!(ProductCode);

/// How much of the applicant a CA checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ValidationClass {
    /// Domain validated.
    Dv,
    /// Organization validated.
    Ov,
    /// Extended validation.
    Ev,
}

impl ValidationClass {
    /// Every class.
    pub const ALL: [Self; 3] = [Self::Dv, Self::Ov, Self::Ev];

    /// `DV`, `OV` or `EV`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Dv => "DV",
            Self::Ov => "OV",
            Self::Ev => "EV",
        }
    }
}

/// Which names a certificate of a product carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NameKind {
    /// Names without a wildcard.
    Single,
    /// Names with a wildcard as their leftmost label.
    Wildcard,
}

/// A product specification: the facts behind a code.
///
/// They are copied into a plan when it is bought, so a later change of the catalog never changes
/// what was sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Product {
    /// Its code.
    pub code: ProductCode,
    /// What the CA checks.
    pub class: ValidationClass,
    /// Which names it carries.
    pub names: NameKind,
    /// Whether it is given away; free certificates have rules of their own (R-31).
    pub free: bool,
}

/// The products known to an embedder: the fifteen documented ones and any others registered.
///
/// ```
/// use cert_lifecycle::model::{Catalog, NameKind, Product, ProductCode, ValidationClass};
/// let mut catalog = Catalog::published();
/// let ours = Product {
///     code: ProductCode::new("acme-dv-7-days")?,
///     class: ValidationClass::Dv,
///     names: NameKind::Single,
///     free: false,
/// };
/// catalog.register(ours)?;
/// assert_eq!(catalog.get("acme-dv-7-days"), Some(ours));
/// assert_eq!(catalog.iter().count(), 16);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Catalog {
    products: Vec<Product>,
}

/// The code is already taken by a product with other facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the product code {0} is registered with other facts")]
pub struct DuplicateProduct(pub ProductCode);

/// The documented codes: A20, A21 (the first fourteen) and the SDK (the last).
///
/// `symantec-dv-1-starter` is printed as "wildcard" in 2020-12 and in the SDK and as "single" in
/// 2021-02; the page of 2021-02 is followed here. `cfca-ev-w-advanced` is printed as an OV wildcard.
const PUBLISHED: [(&str, ValidationClass, NameKind, bool); 15] = {
    use NameKind::{Single, Wildcard};
    use ValidationClass::{Dv, Ov};
    [
        ("symantec-free-1-free", Dv, Single, true),
        ("symantec-dv-1-starter", Dv, Single, false),
        ("symantec-ov-1-personal", Ov, Single, false),
        ("symantec-ov-w-personal", Ov, Wildcard, false),
        ("geotrust-dv-1-starter", Dv, Single, false),
        ("geotrust-dv-w-starter", Dv, Wildcard, false),
        ("geotrust-ov-1-personal", Ov, Single, false),
        ("geotrust-ov-w-personal", Ov, Wildcard, false),
        ("globalsign-dv-1-personal", Dv, Single, false),
        ("globalsign-dv-w-advanced", Dv, Wildcard, false),
        ("globalsign-ov-1-personal", Ov, Single, false),
        ("globalsign-ov-w-advanced", Ov, Wildcard, false),
        ("cfca-ov-1-personal", Ov, Single, false),
        ("cfca-ev-w-advanced", Ov, Wildcard, false),
        ("digicert-free-1-free", Dv, Single, true),
    ]
};

impl Catalog {
    /// A catalog without products.
    #[must_use]
    pub const fn empty() -> Self {
        Self {
            products: Vec::new(),
        }
    }

    /// The fifteen documented products.
    #[must_use]
    pub fn published() -> Self {
        let products = PUBLISHED
            .iter()
            .filter_map(|&(code, class, names, free)| {
                let code = ProductCode::new(code).ok()?;
                Some(Product {
                    code,
                    class,
                    names,
                    free,
                })
            })
            .collect();
        Self { products }
    }

    /// Adds a product; adding the same one again changes nothing.
    ///
    /// # Errors
    /// [`DuplicateProduct`] if the code stands for other facts already.
    pub fn register(&mut self, product: Product) -> Result<(), DuplicateProduct> {
        match self.get(product.code.as_str()) {
            Some(known) if known == product => Ok(()),
            Some(known) => Err(DuplicateProduct(known.code)),
            None => {
                self.products.push(product);
                Ok(())
            }
        }
    }

    /// The product of a code.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<Product> {
        self.iter().find(|product| product.code.as_str() == code)
    }

    /// All products, in the order in which they were registered.
    pub fn iter(&self) -> impl Iterator<Item = Product> + '_ {
        self.products.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn class_and_kind_are_never_read_off_the_spelling() {
        let catalog = Catalog::published();
        assert_eq!(catalog.iter().count(), 15);
        let cfca = catalog.get("cfca-ev-w-advanced").unwrap();
        assert_eq!(cfca.class, ValidationClass::Ov);
        let dv = catalog.iter().filter(|p| p.class == ValidationClass::Dv);
        assert_eq!(dv.count(), 7, "six of 2021 and the later free one");
    }

    #[test]
    fn a_code_is_registered_once() {
        let mut catalog = Catalog::published();
        let known = catalog.get("cfca-ev-w-advanced").unwrap();
        assert_eq!(catalog.register(known), Ok(()));
        let changed = Product {
            class: ValidationClass::Ev,
            ..known
        };
        assert_eq!(catalog.register(changed), Err(DuplicateProduct(known.code)));
        assert_eq!(catalog.iter().count(), 15);
    }
}
