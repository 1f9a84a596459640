//! The words of the interface, and what an instance says of itself.

use cert_lifecycle::lifecycle::v2::{
    CertificateStatus, Command, CommandKind, HostingEvent, RevocationRequest, TaskStatus,
    evolve_hosting,
};
use cert_lifecycle::model::{RevocationReason, ValidationClass};

use super::{REVOKE, World, account, begin, book, data, days, edition, units};

#[test]
fn words_are_those_of_the_interface() {
    let certificates = CertificateStatus::ALL.map(CertificateStatus::word);
    assert_eq!(certificates, ["issued", "willExpire", "expired", "revoked"]);
    let tasks = [
        TaskStatus::Processing,
        TaskStatus::Success,
        TaskStatus::Failed,
    ];
    assert_eq!(
        tasks.map(TaskStatus::word),
        ["processing", "success", "failed"]
    );
}

#[test]
fn words_are_shown_as_wide_as_they_are_wanted() {
    for status in CertificateStatus::ALL {
        assert_eq!(format!("{status:>12}"), format!("{:>12}", status.word()));
    }
    for kind in CommandKind::ALL {
        assert_eq!(format!("{kind:<24}|"), format!("{:<24}|", kind.word()));
    }
}

#[test]
fn an_instance_tells_what_happened_to_it() {
    let (book, edition) = (book(), edition(&book()));
    let mut world = World::new(&book, &edition).bought(ValidationClass::Dv, 365);
    assert_eq!(world.instance().data(), Some(&*data()));
    world.issue("k", begin());
    assert_eq!(world.instance().current().unwrap().noticed_at(), None);
    // A hundred and eighty days on, its notice is overdue, and given when somebody looks.
    world.tell(&Command::Wake, days(180));
    let noticed = world.instance().current().unwrap().noticed_at();
    assert_eq!(noticed, Some(days(180)));
    assert_eq!(
        world.instance().current().unwrap().revocation_request(),
        None
    );
    world.tell(&REVOKE, days(181));
    assert_eq!(
        world.instance().current().unwrap().revocation_request(),
        Some(RevocationRequest {
            reason: RevocationReason::Superseded,
            at: days(181),
        })
    );
    assert_eq!(world.instance().deleted_at(), None);
    let over = days(365).saturating_add(1);
    world.tell(&Command::Delete, over);
    assert_eq!(world.instance().deleted_at(), Some(over));
}

/// What was bought is counted for good; no more is used than there is (V-12).
#[test]
fn v12_no_more_units_are_used_than_were_bought() {
    let (book, edition) = (book(), edition(&book()));
    let mut world = World::new(&book, &edition).bought(ValidationClass::Dv, 365);
    world.tell(&units(2), begin());
    let used = HostingEvent::Used {
        instance: world.instance().id(),
        at: begin(),
    };
    for (count, left) in [(1, 1), (2, 0), (2, 0)] {
        evolve_hosting(&mut world.hosting, account(), used);
        let held = world.hosting.unwrap();
        assert_eq!(
            (held.total(), held.used(), held.remaining()),
            (2, count, left)
        );
    }
}
