//! Proof that the core needs no std (L2): a static library without it, which links the core.
//!
//! A plain `cargo check` for a `no_std` target would pass even if a dependency pulled std in. Here
//! it can't: std brings a panic handler of its own, and two of them don't build.
#![no_std]

extern crate alloc;

use core::alloc::{GlobalAlloc, Layout};
use core::num::NonZeroU32;
use core::panic::PanicInfo;

use cert_lifecycle::lifecycle::v2;
use cert_lifecycle::lifecycle::{
    Case, Command, Law, Outlook, Streams, agenda, availability, clauses, coverage, decide, diff,
    domain_proof_window, evolve, next_wakeup, revocation_deadline, status, term_end,
};
use cert_lifecycle::model::{
    AccountId, Catalog, Channel, InstanceId, Payment, PlanId, RevocationReason, Site, Timestamp,
};
use cert_lifecycle::rulebook::Rulebook;

/// This library is built and never run, so it hands out no memory.
struct NoMemory;

// SAFETY: a null pointer means that there is no memory left, and nothing was handed out to free.
unsafe impl GlobalAlloc for NoMemory {
    unsafe fn alloc(&self, _: Layout) -> *mut u8 {
        core::ptr::null_mut()
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[global_allocator]
static ALLOCATOR: NoMemory = NoMemory;

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {}
}

/// Reaches everything that the core does, so that all of it is linked.
#[unsafe(no_mangle)]
pub extern "C" fn cert_lifecycle_purity(seconds: i64) -> bool {
    reach(seconds).unwrap_or_default()
}

fn reach(seconds: i64) -> Option<bool> {
    let book = Rulebook::published();
    let edition = book.edition("2021-02-api").ok()?;
    let law = Law::single(&edition, book.ceilings());
    let now = Timestamp::from_unix_seconds(seconds).ok()?;
    let account = AccountId::new("purity").ok()?;
    let buy = Command::BuyPlan {
        plan: PlanId::new("plan").ok()?,
        product: Catalog::published().get("symantec-free-1-free")?,
        count: NonZeroU32::MIN,
        payment: Payment::NONE,
    };
    let mut streams = Streams::default();
    for command in [buy, Command::Withdraw] {
        let case = Case {
            instance: streams.instance.as_ref(),
            plan: streams.plan.as_ref(),
            chain: streams.chain.as_ref(),
            purchase: streams.purchase.as_ref(),
            ..Case::new(account)
        };
        let _ = (
            clauses(&case, &command, &law),
            availability(&case, &command, now, &law),
        );
        let events = decide(&case, &command, now, &law).ok()?;
        for event in &events {
            evolve(&mut streams, event);
        }
    }
    let instance = streams.instance.as_ref()?;
    let _ = (
        status(&Case::of(instance), now, law.conduct),
        next_wakeup(&Case::of(instance), now, &law),
    );
    let other = book.edition("2023-api").ok()?;
    let _ = diff(&edition, &other, book.ceilings()).len();
    let outlook = Outlook::at(now);
    let _ = (
        agenda(&Case::of(instance), now, &law).len(),
        coverage(None, &[instance], &(now..Timestamp::MAX), &outlook, &law).covered_seconds(),
        term_end(instance, now, &law),
    );
    let asked = revocation_deadline(RevocationReason::Unspecified, now, book.duties())?;
    let _ = domain_proof_window(asked.must_by, book.duties());
    Some(streams.plan.is_some() && reach_v2(&book, now)?)
}

/// The same of the instance model of 2026.
fn reach_v2(book: &Rulebook, now: Timestamp) -> Option<bool> {
    let edition = book.as_of(now, Site::Cn, Channel::ApiV2).ok()?;
    let law = v2::Law::single(&edition, book.ceilings());
    let account = AccountId::new("purity").ok()?;
    let buy = v2::Command::Buy {
        instance: InstanceId::new("cas-cn-1").ok()?,
        product: Catalog::published().get("digicert-free-1-free")?,
        until: now.saturating_add(31_536_000),
        payment: Payment::NONE,
    };
    let (mut instance, mut hosting) = (None, None);
    for command in [buy, v2::Command::Refund, v2::Command::Wake] {
        let case = v2::Case {
            account,
            instance: instance.as_ref(),
            hosting: hosting.as_ref(),
        };
        let _ = v2::availability(&case, &command, now, &law);
        let _ = v2::next_wakeup(&case, now, &law);
        let events = v2::decide(&case, &command, now, &law).ok()?;
        for event in &events {
            v2::evolve(&mut instance, &mut hosting, event);
            let _ = v2::effects(event, instance.as_ref());
        }
    }
    v2::status(instance.as_ref()?, now, &edition).map(|_| true)
}
