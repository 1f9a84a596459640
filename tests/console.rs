//! The console over real HTTP, as a browser asks for it.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test stops where it fails"
)]

#[path = "console/apply.rs"]
mod apply;
#[path = "console/browser.rs"]
mod browser;
#[path = "console/buying.rs"]
mod buying;
#[path = "console/certificate.rs"]
mod certificate;
#[path = "console/clock.rs"]
mod clock;
#[path = "console/deploy.rs"]
mod deploy;
#[path = "console/door.rs"]
mod door;
#[path = "console/escaping.rs"]
mod escaping;
#[path = "console/lists.rs"]
mod lists;
#[path = "console/page.rs"]
mod page;
#[path = "console/plan.rs"]
mod plan;
#[path = "console/purchase.rs"]
mod purchase;
#[path = "console/renewal.rs"]
mod renewal;
#[path = "console/rules.rs"]
mod rules;
#[path = "console/upload.rs"]
mod upload;
