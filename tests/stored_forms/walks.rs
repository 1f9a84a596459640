//! Whatever happens in the core is stored and read back, and folds to the same.

use std::collections::BTreeMap;
use std::sync::Arc;

use cert_lifecycle::codec::stored::{
    PlanCounters, decode_effect, decode_event, decode_receipt, encode_effect, encode_event,
    encode_receipt, restore_plan,
};
use cert_lifecycle::lifecycle::{
    Applied, Event, InstanceEvent, PlanEvent, Receipt, effects, evolve_chain, evolve_instance,
    evolve_plan, evolve_purchase, status,
};
use cert_lifecycle::model::{
    CertificateInstance, ChainId, Digest, EditionKey, HostingChain, InstanceId, IssuedCertificate,
    OrderId, Pin, PlanId, Purchase, PurchaseId, ResourcePlan, SubjectAltName, Submission,
    Timestamp, ValidationMethod,
};
use cert_lifecycle::testing::Core;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::support::scene::applicant;
use crate::support::strategies::{self, Editions, certificates, csrs, editions};
use crate::support::{stream_events, streams};

/// Every stream of a journal.
#[derive(Debug, Default, PartialEq)]
struct Folded {
    instances: BTreeMap<InstanceId, Option<CertificateInstance>>,
    plans: BTreeMap<PlanId, Option<ResourcePlan>>,
    chains: BTreeMap<ChainId, Option<HostingChain>>,
    purchases: BTreeMap<PurchaseId, Option<Purchase>>,
}

impl Folded {
    fn fold(&mut self, event: &Event) {
        match event {
            Event::Instance { id, event } => {
                evolve_instance(self.instances.entry(*id).or_default(), *id, event);
            }
            Event::Plan { id, event } => {
                evolve_plan(self.plans.entry(*id).or_default(), *id, event);
            }
            Event::Chain { id, event } => {
                evolve_chain(self.chains.entry(*id).or_default(), *id, event);
            }
            Event::Purchase { id, event } => {
                evolve_purchase(self.purchases.entry(*id).or_default(), *id, event);
            }
        }
    }
}

/// Texts of any characters, above all those that JSON or a database has trouble with.
fn hostile_texts() -> impl Strategy<Value = String> {
    let hard = "[\u{0}-\u{1f}\"\\\\/\u{7f}-\u{9f}\u{2028}\u{d7ff}\u{e000}\u{fffd}-\u{10000}\u{10ffff}]{0,6}";
    prop_oneof![any::<String>(), hard]
}

/// Stores an event and reads it back.
fn stored(event: &Event) -> Event {
    let text = encode_event(event);
    // What a column of the kind `jsonb` can't hold.
    assert!(!text.contains("\\u0000") && !text.contains('\0'), "{text}");
    assert!(!text.contains('\n'), "one line: {text}");
    let back = decode_event(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(back, *event, "{text}");
    assert_eq!(encode_event(&back), text);
    back
}

/// Stores a journal, and with it whatever follows from its events; plans are rows of counters too.
fn hold(journal: &[Event]) {
    let (mut own, mut back) = (Folded::default(), Folded::default());
    let mut rows: BTreeMap<PlanId, (PlanEvent, PlanCounters)> = BTreeMap::new();
    for event in journal {
        own.fold(event);
        back.fold(&stored(event));
        let instance = match event {
            Event::Instance { id, .. } => own.instances[id].as_ref(),
            Event::Plan { .. } | Event::Chain { .. } | Event::Purchase { .. } => None,
        };
        for effect in effects(event, instance) {
            assert_eq!(decode_effect(&encode_effect(&effect)), Ok(effect));
        }
        if let Event::Plan { id, event } = event {
            let plan = own.plans[id].as_ref().unwrap();
            let row = match rows.remove(id) {
                None => (event.clone(), PlanCounters::of(plan)),
                // What was decided always fits.
                Some((bought, row)) => (bought, row.apply(event).unwrap()),
            };
            assert_eq!(row.1, PlanCounters::of(plan));
            assert_eq!(restore_plan(*id, &row.0, &row.1).as_ref(), Ok(plan));
            rows.insert(*id, row);
        }
    }
    assert_eq!(own, back);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(crate::support::cases::cases(128)) })]

    /// Purchases, chains, renewals, uploads and plans, over all commands and channels.
    #[test]
    fn what_happens_in_all_streams_is_stored(timeline in streams::timelines(40)) {
        let (_, ending) = timeline.play(&Core, |moment| {
            if let (Ok(events), true) = (moment.answer, moment.committed) {
                let receipt = Receipt {
                    events: events.to_vec(),
                    rules: events.rules().to_vec(),
                    at: moment.now(),
                    edition: moment.law.conduct.key(),
                    status: status(&moment.after.case(), moment.now(), moment.law.conduct),
                };
                assert_eq!(decode_receipt(&encode_receipt(&receipt)), Ok(receipt));
            }
        });
        for lived in ending.values() {
            hold(&lived.journal);
        }
    }

    /// Plans and what is applied for with them, under editions of every kind.
    #[test]
    fn what_happens_with_plans_is_stored(
        (editions, timeline) in editions().prop_flat_map(|editions| {
            let timeline = strategies::timelines(&editions, 40);
            (Just(editions), timeline)
        })
    ) {
        timeline.play(&editions, |moment| {
            for event in moment.answer.iter().flat_map(|events| events.iter()) {
                stored(event);
            }
        });
    }

    /// Events that nobody decided, with instants over the whole range and hostile texts.
    #[test]
    fn any_event_is_stored(
        events in vec(stream_events::events(&Editions::published()), 1..20)
    ) {
        let (mut own, mut back) = (Folded::default(), Folded::default());
        for event in &events {
            own.fold(event);
            back.fold(&stored(event));
        }
        prop_assert_eq!(own, back);
    }

    /// Requests and certificates with whatever stands in those of somebody else.
    #[test]
    fn any_text_is_stored(
        request in csrs(),
        certificate in certificates(),
        texts in vec(hostile_texts(), 3),
        others in vec(hostile_texts(), 0..3),
    ) {
        let csr = others.iter().fold(request, |csr, text| csr.with_common_name(text));
        let csr = csr
            .with_extension(&texts[0])
            .with_alt_name(SubjectAltName::InvalidDns(texts[1].as_str().into()));
        let contact = applicant(false);
        let submission = Submission::with_csr(csr, contact, ValidationMethod::Dns);
        let (order, at) = (OrderId::new(7).unwrap(), Timestamp::MAX);
        let id = InstanceId::new("i").unwrap();
        let pin = Pin {
            edition: EditionKey::new("sample").unwrap(),
            digest: Digest::of(&[]),
        };
        stored(&Event::Instance {
            id,
            event: InstanceEvent::Applied(Box::new(Applied {
                order,
                submission: Arc::new(submission),
                names: Arc::default(),
                key: None,
                pin,
                verify: true,
                settles: true,
                automatic: false,
                unacceptable: false,
                at,
            })),
        });
        let mut facts = certificate.facts().clone();
        facts.issuer = texts[2].as_str().into();
        let certificate = Arc::new(IssuedCertificate::new(facts).unwrap());
        stored(&Event::Instance {
            id,
            event: InstanceEvent::Issued { certificate, at },
        });
    }
}
