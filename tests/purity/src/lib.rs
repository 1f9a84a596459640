//! Proof that the core needs no std (L2): a static library without it, which links the core.
//!
//! A plain `cargo check` for a `no_std` target would pass even if a dependency pulled std in. Here
//! it can't: std brings a panic handler of its own, and two of them don't build.
#![no_std]

extern crate alloc;

use core::alloc::{GlobalAlloc, Layout};
use core::num::NonZeroU32;
use core::panic::PanicInfo;

use cert_lifecycle::lifecycle::{
    Case, Command, Law, Streams, availability, clauses, decide, domain_proof_window, evolve, next_wakeup,
    revocation_deadline, status,
};
use cert_lifecycle::model::{Payment, AccountId, Catalog, PlanId, RevocationReason, Timestamp};
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
        next_wakeup(instance, now, &law),
    );
    let asked = revocation_deadline(RevocationReason::Unspecified, now, book.duties())?;
    let _ = domain_proof_window(asked.must_by, book.duties());
    Some(streams.plan.is_some())
}
