//! The worlds that are explored.

use std::sync::Arc;

use cert_lifecycle::model::ValidationClass;
use cert_lifecycle::rulebook::Rulebook;
use cert_lifecycle::testing::Laws;
use cert_lifecycle::testing::explore::{Size, SmallWorld};

pub struct World {
    edition: String,
    pub class: ValidationClass,
    size: Size,
}

impl World {
    /// `small`, `full`, or `EDITION,CLASS` and the eight numbers of a size up to its turns.
    pub fn named(name: &str) -> Option<Self> {
        let name = match name {
            "small" => SMALL,
            "full" => FULL,
            other => other,
        };
        let mut words = name.split(',');
        let edition = words.next()?.to_string();
        let class = match words.next()? {
            "DV" => ValidationClass::Dv,
            "OV" => ValidationClass::Ov,
            "EV" => ValidationClass::Ev,
            _ => return None,
        };
        let mut number = || words.next().and_then(|word| word.parse().ok());
        let size = Size {
            plans: number()?,
            units: number()?,
            slots: number()?,
            chains: number()?,
            years: number()?,
            uploads: number()?,
            orders: number()?,
            turns: number()?,
            ..Size::NOTHING
        };
        Some(Self {
            edition,
            class,
            size,
        })
    }

    pub fn build(&self) -> SmallWorld {
        let book = Rulebook::published();
        let edition = book.edition(&self.edition).expect("a published edition");
        let laws = Laws::new(vec![edition], book.ceilings().clone());
        SmallWorld::new(Arc::new(laws), self.class, self.size).expect("an edition")
    }
}

/// Some ten thousand states.
const SMALL: &str = "2022-hosting,OV,1,1,2,0,0,0,3,0";
/// Over a million, and every cell of the table that can be reached is asked.
const FULL: &str = "2022-hosting,DV,1,1,3,2,2,1,3,1";
