//! What stands beside the decisions: sizes, and what the rules cost to look up.

use std::hint::black_box;
use std::mem::size_of;
use std::time::Instant;

use cert_lifecycle::lifecycle::{
    Case, Clause, Command, Event, Events, Law, Refusal, return_window,
};
use cert_lifecycle::model::{CertificateInstance, Channel, Pin, ResourcePlan, Site, Timestamp};
use cert_lifecycle::rulebook::{Method, Rulebook};

use crate::allocations;
use crate::ours::OursInto;

/// In bytes.
pub(crate) fn sizes() {
    let sizes = [
        ("CertificateInstance", size_of::<CertificateInstance>()),
        ("ResourcePlan", size_of::<ResourcePlan>()),
        ("Command", size_of::<Command>()),
        ("Event", size_of::<Event>()),
        ("Events", size_of::<Events>()),
        ("Refusal", size_of::<Refusal>()),
        ("Clause", size_of::<Clause<'_>>()),
        ("compact order", size_of::<crate::life::Order>()),
        ("compact events", size_of::<crate::life::Events>()),
    ];
    println!("\n{:32} {:>8}", "size", "bytes");
    for (name, size) in sizes {
        println!("{name:32} {size:8}");
    }
}

/// Times a question: the middle of several runs, and the allocations of one call.
#[allow(clippy::disallowed_methods, reason = "a measurement reads the clock")]
fn ask<T>(name: &str, mut question: impl FnMut() -> T) {
    const CALLS: u32 = 2_000;
    let before = allocations::so_far();
    black_box(question());
    let allocated = allocations::so_far() - before;
    let mut times: Vec<f64> = (0..15)
        .map(|_| {
            let begun = Instant::now();
            for _ in 0..CALLS {
                black_box(question());
            }
            begun.elapsed().as_secs_f64() * 1e9 / f64::from(CALLS)
        })
        .collect();
    times.sort_by(f64::total_cmp);
    println!("{name:32} {:8.1} {allocated:12}", times[times.len() / 2]);
}

/// What a rulebook costs to resolve, and a resolved edition to read.
pub(crate) fn lookups(ours: &OursInto) {
    println!("\n{:32} {:>8} {:>12}", "look-up", "ns", "allocations");
    let book = Rulebook::published();
    let key = "2021-02-api";
    ask("edition by key", || book.edition(black_box(key)).unwrap());
    let edition = book.edition(key).unwrap();
    let pin: Pin = edition.pin();
    ask("edition by pin", || book.pinned(black_box(&pin)).unwrap());
    let mid: Timestamp = "2021-10-01T00:00:00Z".parse().unwrap();
    ask("edition as of an instant", || {
        book.as_of(black_box(mid), Site::Cn, Channel::Api).unwrap()
    });
    ask("ceiling of a date", || {
        book.ceilings().max_days(black_box(mid))
    });
    let calendar = edition.calendar().value;
    ask("window by days", || {
        calendar.within_days_of(black_box(mid), 30, Method::EndOfDay)
    });
    ask("window to the second", || {
        calendar.within_days_of(black_box(mid), 28, Method::Rolling)
    });
    let world = &ours.world;
    let live = world.slots.iter().flatten().find(|i| i.live().is_some());
    let instance = live.expect("the stream ends with a live certificate");
    let case = Case::of(instance);
    let law = Law::single(&world.edition, world.book.ceilings());
    ask("return window of a certificate", || {
        return_window(black_box(&case), &law)
    });
}
