//! A life of the instance model of 2026: one instance, bought for a year, carries certificates in turn.
//!
//! The machine of `lifecycle::v2` alone decides here, with certificates that nobody signed.

use std::num::NonZeroU32;
use std::sync::Arc;

use cert_lifecycle::lifecycle::v2::{
    ApplicationData, Case, Command, ContactId, CsrMethod, HostingUnits, Law, SubscriptionInstance,
    certificate_status, decide, evolve, next_wakeup, requested_until, status,
};
use cert_lifecycle::model::challenge::RecordType;
use cert_lifecycle::model::{
    AccountId, Catalog, CertificateFacts, Challenge, Currency, Curve, DomainName, InstanceId,
    IssuedCertificate, KeyKind, Payment, RevocationReason, Serial, SpkiDigest, Timestamp,
    ValidationMethod, Validity,
};
use cert_lifecycle::rulebook::{Ceilings, Edition};
use serde_json::json;

use super::{Outcome, strings, wrapped};

const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;

struct Life<'l> {
    edition: &'l Edition,
    law: Law<'l>,
    account: AccountId,
    instance: Option<SubscriptionInstance>,
    hosting: Option<HostingUnits>,
    now: Timestamp,
    keys: u32,
    json: bool,
}

/// Lives through an edition of the instance operations.
pub(crate) fn live(
    edition: &Edition,
    ceilings: &Ceilings,
    start: Timestamp,
    json: bool,
) -> Outcome<()> {
    let mut life = Life {
        edition,
        law: Law::single(edition, ceilings),
        account: AccountId::new("D")?,
        instance: None,
        hosting: None,
        now: start,
        keys: 0,
        json,
    };
    if !json {
        let start = start.in_offset(edition.calendar().value.offset);
        println!(
            "A life of an instance under the edition {}, from {start} on. The edition is fixed, whatever the date.\n",
            edition.key()
        );
    }
    let product = Catalog::published()
        .get("geotrust-dv-1-starter")
        .ok_or("the catalog has no such product")?;
    let buy = Command::Buy {
        instance: InstanceId::new("cas-cn-0001")?,
        product,
        until: start.saturating_add(365 * DAY),
        payment: Payment::cash(150_000, Currency::CNY),
    };
    life.tries("buys an instance for a year", &buy);
    life.tries("applies with nothing stored", &Command::Apply);
    let data = ApplicationData::new(
        vec![DomainName::new("www.example.com")?],
        None,
        vec![ContactId::new("contact-1")?],
        CsrMethod::Online(KeyKind::Ec(Curve::P256)),
        ValidationMethod::Dns,
    )?;
    let data = Arc::new(data);
    life.tries("stores what to apply with", &Command::Update { data });
    life.tries("applies", &Command::Apply);
    life.issued()?;
    let count = NonZeroU32::MIN;
    life.tries("buys a unit of hosting", &Command::BuyHosting { count });
    life.tries("turns hosting on", &Command::SetHosting { enabled: true });
    life.due()?;
    let revoke = Command::RequestRevocation {
        certificate: None,
        reason: RevocationReason::Superseded,
    };
    life.tries("asks for the revocation", &revoke);
    life.now = life.now.saturating_add(HOUR);
    let completed = Command::CompleteRevocation {
        certificate: None,
        at: life.now,
    };
    life.tries("sees it completed", &completed);
    life.tries("claims the refund", &Command::Refund);
    life.tries("deletes the instance", &Command::Delete);
    Ok(())
}

impl Life<'_> {
    const fn case(&self) -> Case<'_> {
        Case {
            account: self.account,
            instance: self.instance.as_ref(),
            hosting: self.hosting.as_ref(),
        }
    }

    /// The CA takes the application in, and issues for as long as it was asked for.
    fn issued(&mut self) -> Outcome<()> {
        self.now = self.now.saturating_add(HOUR);
        self.keys = self.keys.saturating_add(1);
        let key = SpkiDigest::of(format!("key {}", self.keys).as_bytes());
        let challenge = Challenge::dns("_dnsauth.www.example.com", RecordType::Txt, "token")?;
        let challenges = Arc::from([challenge]);
        self.tries(
            "is told how to prove the domain",
            &Command::CompleteTask { key, challenges },
        );
        self.now = self.now.saturating_add(DAY);
        let instance = self.instance.as_ref().ok_or("something was bought")?;
        let last = requested_until(instance, self.now, &self.law).ok_or("it is applied for")?;
        let certificate = IssuedCertificate::new(CertificateFacts {
            der: Arc::from(format!("certificate {}", self.keys).as_bytes()),
            chain: Vec::new(),
            names: vec![DomainName::new("www.example.com")?],
            key: KeyKind::Ec(Curve::P256),
            spki: key,
            validity: Validity::new(self.now, last)?,
            serial: Serial::new(&[1])?,
            issuer: Arc::from("CN=A CA in a story"),
        })?;
        let certificate = Arc::new(certificate);
        self.tries("gets a certificate", &Command::Issue { certificate });
        Ok(())
    }

    /// What the service does by itself until the term is over: notices, and the next certificate.
    fn due(&mut self) -> Outcome<()> {
        for _ in 0..4 {
            let Some(at) = next_wakeup(&self.case(), self.now, &self.law) else {
                return Ok(());
            };
            self.now = at;
            self.tries("is looked at by the service", &Command::Wake);
            let applied = self
                .instance
                .as_ref()
                .is_some_and(|own| own.pending().is_some());
            if applied {
                self.issued()?;
            }
        }
        Ok(())
    }

    /// Gives a command, and shows what came of it.
    fn tries(&mut self, doing: &str, command: &Command) {
        let decided = decide(&self.case(), command, self.now, &self.law);
        match decided {
            Ok(events) => {
                let rules = strings(events.rules());
                for event in &events {
                    evolve(&mut self.instance, &mut self.hosting, event);
                }
                self.shows(doing, &json!({ "rules": rules }));
            }
            Err(refusal) => {
                let text = refusal.to_string();
                if self.json {
                    let rule = refusal.rule().to_string();
                    self.shows(doing, &json!({ "rules": [rule], "refusal": text }));
                    return;
                }
                self.line(&format!("{doing}: refused"));
                for line in wrapped(&text, 92) {
                    println!("{:33}{line}", "");
                }
            }
        }
    }

    fn shows(&self, doing: &str, more: &serde_json::Value) {
        let own = self.instance.as_ref();
        let own_status = own.and_then(|own| status(own, self.now, self.edition));
        let held = own
            .and_then(SubscriptionInstance::current)
            .map(|held| certificate_status(held, self.now, self.edition));
        if self.json {
            let object = json!({
                "at": self.now.to_string(),
                "life": "D",
                "doing": doing,
                "edition": self.edition.key().as_str(),
                "status": own_status.map(cert_lifecycle::lifecycle::v2::Status::word),
                "certificate": held.map(cert_lifecycle::lifecycle::v2::CertificateStatus::word),
                "decided": more,
            });
            println!("{object}");
            return;
        }
        let own_status = own_status.map_or("gone", |status| status.word());
        let held = held.map_or(String::new(), |held| {
            format!(", certificate {}", held.word())
        });
        self.line(&format!("{doing} -> {own_status}{held}  {}", more["rules"]));
    }

    fn line(&self, text: &str) {
        let offset = self.edition.calendar().value.offset;
        println!("{}  D  {text}", self.now.in_offset(offset));
    }
}
