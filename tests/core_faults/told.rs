//! Stories told by hand, of faults that no random timeline comes to: they take many steps, or a
//! rulebook that became stricter than any published one did.

use std::sync::Arc;

use cert_lifecycle::lifecycle::{Command, CommandKind, Refusal, Why, World};
use cert_lifecycle::model::{
    AccountId, CertificateInstance, DomainName, InstanceId, KeyKind, ResourcePlan, SignatureHash,
    Timestamp,
};
use cert_lifecycle::rulebook::{
    CommonNameRule, Edition, NameLimit, OperationSet, RuleId, Rulebook,
};
use cert_lifecycle::testing::strategy::Content;
use cert_lifecycle::testing::{Core, Fault, Laws, Machine, Step, Timeline};

use CommandKind as K;

/// The story of a fault, if it is one that has to be told.
pub(super) fn story(fault: &Fault) -> Option<Timeline> {
    let Fault::Unguarded { command, why, .. } = *fault else {
        return None;
    };
    let tale = match (command, why) {
        (K::Deploy, Why::TooManyDeployments) => more_deployments_than_are_kept(),
        (K::Buy, Why::NoFreeLeft) => a_free_one_more(),
        (K::RequestRevocation, Why::NoRevocationLeft) => a_second_revocation_of_one_unit(),
        (K::Renew, Why::PlanRefunded) => renewal_from_a_plan_paid_back(),
        (K::Renew, why) => renewal_under_stricter_rules(why)?,
        _ => return None,
    };
    Some(Timeline {
        laws: tale.laws,
        steps: tale.steps,
    })
}

/// Whether two are the same but for what they carry.
fn is_kind(one: Why, other: Why) -> bool {
    core::mem::discriminant(&one) == core::mem::discriminant(&other)
}

/// A timeline while it is told: each step is one that the core answers as its teller says.
struct Tale {
    laws: Arc<Laws>,
    conduct: usize,
    account: AccountId,
    at: Timestamp,
    world: World,
    steps: Vec<Step>,
}

impl Tale {
    /// Begins under the first of some editions.
    fn under(editions: Vec<Edition>, at: &str) -> Self {
        let account = AccountId::new("owner").unwrap();
        let ceilings = Rulebook::published().ceilings().clone();
        Self {
            laws: Arc::new(Laws::new(editions, ceilings)),
            conduct: 0,
            account,
            at: at.parse().unwrap(),
            world: World::new(account),
            steps: Vec::new(),
        }
    }

    /// Begins under a published edition.
    fn published(key: &str, at: &str) -> Self {
        Self::under(vec![Rulebook::published().edition(key).unwrap()], at)
    }

    /// Gives a command; the refusal, if there is one.
    fn give(&mut self, command: Command) -> Option<Refusal> {
        let about = self.world.instance().map(CertificateInstance::id);
        let plan = self.world.plans().next().map(ResourcePlan::id);
        let conduct = &self.laws.editions()[self.conduct];
        self.world.choose_plan(plan);
        let read = self.laws.law(&self.world.case(), None, conduct);
        let case = self.world.case_for(&command, self.at, &read);
        let law = self.laws.law(&case, Some(command.kind()), conduct);
        let given = Core.apply(&mut self.world, &command, self.at, &law);
        self.steps.push(Step {
            about,
            plan,
            conduct: self.conduct,
            ..Step::new(self.at, self.account, command)
        });
        given.err()
    }

    /// A command that fits, but for its flaw.
    fn command(&self, kind: K, flaw: u8, salt: [u8; 3]) -> Command {
        let conduct = &self.laws.editions()[self.conduct];
        let law = self.laws.law(&self.world.case(), None, conduct);
        let number = 100 * u64::try_from(self.steps.len() + 1).unwrap();
        let content = Content { flaw, salt, number };
        content.command(kind, &self.world, self.at, &law).unwrap()
    }

    fn granted(&mut self, kind: K, flaw: u8, salt: [u8; 3]) {
        let command = self.command(kind, flaw, salt);
        if let Some(refusal) = self.give(command) {
            panic!("{refusal}");
        }
    }

    /// The end of it: a command that is refused for the reason that the story is about.
    fn refused(mut self, kind: K, salt: [u8; 3], why: Why) -> Self {
        let command = self.command(kind, 0, salt);
        let refusal = self.give(command).unwrap();
        assert!(is_kind(refusal.why(), why), "{refusal}");
        self
    }

    /// What the CA does with an application.
    fn issued(&mut self) -> InstanceId {
        for kind in [K::ReceiveChallenge, K::ConfirmDomain, K::Approve] {
            self.granted(kind, 0, [0; 3]);
        }
        self.world.instance().unwrap().id()
    }
}

/// A wildcard, whose key the service holds, or another product.
const WILDCARD: [u8; 3] = [0, 0, 4];
/// Twenty free ones; one of them, bought by itself; and paid ones.
const FREE_PLAN: [u8; 3] = [3, 0, 3];
const FREE: [u8; 3] = [0, 0, 3];
const PAID: [u8; 3] = [0; 3];
/// A renewal with a unit.
const BY_UNIT: [u8; 3] = [2, 0, 0];

fn more_deployments_than_are_kept() -> Tale {
    let mut tale = Tale::published("2022-hosting", "2023-06-01T00:00:00Z");
    tale.granted(K::BuyPlan, 0, WILDCARD);
    tale.granted(K::Submit, 0, WILDCARD);
    tale.issued();
    let target = tale.laws.editions()[0].targets().value.as_slice()[0];
    for host in 0..=CertificateInstance::DEPLOYMENT_LIMIT {
        let domain = DomainName::new(&format!("host{host}.example.com")).unwrap();
        let deploy = Command::Deploy {
            target,
            domain: Some(domain),
        };
        let room = host < CertificateInstance::DEPLOYMENT_LIMIT;
        assert_eq!(tale.give(deploy).is_none(), room, "{host}");
    }
    tale
}

fn a_free_one_more() -> Tale {
    let mut tale = Tale::published("2021-02-api", "2021-03-01T00:00:00Z");
    tale.granted(K::BuyPlan, 0, FREE_PLAN);
    tale.refused(K::Buy, FREE, Why::NoFreeLeft)
}

fn a_second_revocation_of_one_unit() -> Tale {
    let mut tale = Tale::published("2023-api", "2024-03-01T00:00:00Z");
    tale.granted(K::BuyPlan, 0, PAID);
    tale.granted(K::Submit, 0, PAID);
    tale.issued();
    tale.granted(K::RequestRevocation, 0, PAID);
    tale.granted(K::CompleteRevocation, 0, PAID);
    tale.granted(K::Submit, 0, PAID);
    tale.issued();
    tale.refused(K::RequestRevocation, PAID, Why::NoRevocationLeft)
}

fn renewal_from_a_plan_paid_back() -> Tale {
    let mut tale = Tale::published("2021-02-api", "2021-03-01T00:00:00Z");
    tale.granted(K::BuyPlan, 0, PAID);
    tale.granted(K::Submit, 0, PAID);
    let revoked = tale.issued();
    tale.granted(K::RecordCaRevocation, 0, PAID);
    tale.world.look_at(None);
    tale.granted(K::ClaimRefund, 0, PAID);
    tale.world.look_at(Some(revoked));
    tale.refused(K::Renew, BY_UNIT, Why::PlanRefunded)
}

/// The rules of 2021-02 as they never were: requests of any key, hash and common name, for any product
/// and many names.
fn lax() -> Edition {
    let mut parts = Rulebook::published().parts().clone();
    for one in &mut parts.csr {
        one.value.value.rsa_min_bits = 1_024;
        one.value.value.hash_min_bits = 128;
    }
    for one in &mut parts.dv_only {
        one.value.value = OperationSet::default();
    }
    for one in &mut parts.common_name {
        one.value.value = CommonNameRule::Free;
    }
    for one in &mut parts.name_limit {
        one.value.value = NameLimit(250);
    }
    Rulebook::new(parts)
        .unwrap()
        .edition("2021-02-api")
        .unwrap()
}

/// Applications that the stricter rules refuse, each for its reason.
const REFUSED_LATER: [(Why, u8, [u8; 3]); 5] = [
    (Why::Key(KeyKind::Other), 4, PAID),
    (Why::Hash(SignatureHash::Sha1), 5, PAID),
    (Why::CommonNameNotAlternative, 5, [0, 5, 0]),
    (Why::TooManyNames, 2, PAID),
    // For a company, with a request alone.
    (Why::DvOnly, 0, [1, 3, 2]),
];

/// What was applied for under laxer rules is renewed under those of 2021-02, which submit it at once.
fn renewal_under_stricter_rules(why: Why) -> Option<Tale> {
    let refused = REFUSED_LATER.iter().find(|(own, ..)| is_kind(*own, why));
    let (_, flaw, salt) = *refused?;
    let strict = Rulebook::published().edition("2021-02-api").unwrap();
    let mut tale = Tale::under(vec![lax(), strict], "2021-03-01T00:00:00Z");
    tale.granted(K::BuyPlan, 0, salt);
    tale.granted(K::Submit, flaw, salt);
    tale.issued();
    tale.conduct = 1;
    Some(tale.refused(K::Renew, PAID, why))
}

#[test]
fn each_story_is_told_to_its_end() {
    let others = [
        (K::Deploy, Why::TooManyDeployments),
        (K::Buy, Why::NoFreeLeft),
        (K::RequestRevocation, Why::NoRevocationLeft),
        (K::Renew, Why::PlanRefunded),
    ];
    let renewed = REFUSED_LATER.map(|(why, ..)| (K::Renew, why));
    let asked = others.into_iter().chain(renewed);
    for (command, why) in asked {
        let rule = RuleId::R20;
        let told = story(&Fault::Unguarded { command, rule, why });
        assert!(told.is_some_and(|told| told.steps.len() > 1), "{why}");
    }
}
