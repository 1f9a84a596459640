//! What the documents say of a slot that is there, command by command (section 2).

use super::account::{Chain, Life, Money, Payer, Slot};
use super::days::over;
use super::judge::Says::{No, Unknown, Yes};
use super::judge::{Question, Says, given, only};
use crate::lifecycle::Command;
use crate::model::{
    CertificateInstance, DomainName, IssuedCertificate, KeySource, Product, RevocationReason,
    StatusSet, Timestamp,
};
use crate::rulebook::RevocationLimit;

/// Whether a certificate serves a domain, name by name.
fn covers(certificate: &IssuedCertificate, domain: &DomainName) -> bool {
    let above = domain.as_str().split_once('.').map(|(_, above)| above);
    certificate.facts().names.iter().any(|name| {
        let wild = name.as_str().strip_prefix("*.");
        name == domain || (wild.is_some() && wild == above && !domain.as_str().starts_with('*'))
    })
}

impl Question<'_> {
    /// What they say of a slot that is there.
    #[expect(
        clippy::too_many_lines,
        reason = "one arm a command: a new one must be thought of here"
    )]
    pub(super) fn of_slot(&self, own: &Slot) -> Says {
        let conduct = self.conduct;
        let issued = own.life == Life::Issued;
        match &self.step.command {
            Command::Apply { order, submission } => {
                only!(self.in_good_standing(own), "its refund is under way");
                let open = [Life::Fresh, Life::Withdrawn, Life::Failed].contains(&own.life);
                only!(
                    open && self.is_in(conduct.applying().value, own),
                    "not in this state"
                );
                only!(self.new_order(*order), "an id is used once");
                self.content(own.product, submission)
            }
            Command::Withdraw => {
                let applied = given!(own.application.as_ref(), "nothing is applied for");
                let from = self.edition(applied.edition).withdrawal().value;
                only!(
                    own.in_process() && self.is_in(from, own),
                    "only before issuance, from the edition's states"
                );
                Yes
            }
            Command::Delete => self.ending(own, conduct.order_deletion().value),
            Command::CancelOrder if own.life == Life::Waiting => self.cancelled_member(own),
            Command::CancelOrder => {
                only!(
                    matches!(own.payer, Payer::Plan(_)),
                    "what was bought holds no unit"
                );
                self.ending(own, conduct.order_cancellation().value)
            }
            Command::Close => {
                only!(self.in_good_standing(own), "its refund is under way");
                only!(
                    [Life::Fresh, Life::Withdrawn].contains(&own.life)
                        && matches!(own.payer, Payer::Purchase(_))
                        && conduct.closing().value.allows(),
                    "a bought slot without a certificate, where the edition has it"
                );
                Yes
            }
            Command::Merge => self.merger(own),
            Command::RequestRevocation { reason } => self.revocation(own, *reason),
            Command::ConfirmRevocation => {
                only!(
                    issued && own.asked.is_some_and(|asked| asked.by_mail),
                    "no mail went out"
                );
                Yes
            }
            Command::CompleteRevocation { .. } => {
                let asked = own
                    .asked
                    .is_some_and(|asked| !asked.by_mail || asked.confirmed);
                only!(
                    matches!(own.life, Life::Revoked { .. }) || (issued && asked),
                    "nobody asked for it, or the mail is not confirmed"
                );
                Yes
            }
            Command::RefuseRevocation { .. } => {
                only!(issued && own.asked.is_some(), "nobody asked for it");
                Yes
            }
            Command::RecordCaRevocation { .. } => {
                only!(
                    matches!(own.life, Life::Revoked { .. }) || issued,
                    "there is no live certificate"
                );
                Yes
            }
            Command::Collect => {
                let there =
                    own.life == Life::Uploaded && conduct.download_of_uploaded().value.allows();
                let issued = issued && own.asked.is_none();
                only!(
                    there || (issued && self.is_in(conduct.download().value, own)),
                    "only an issued certificate of one's own, before its revocation"
                );
                Yes
            }
            Command::DeleteCertificate => {
                only!(own.certificate.is_some(), "there is no certificate");
                let set = if own.life == Life::Uploaded {
                    conduct.deletion_of_uploaded().value
                } else {
                    conduct.deletion().value
                };
                let money = self.bought(own).map(|own| own.money);
                only!(money != Some(Money::Claimed), "its refund is under review");
                only!(self.is_in(set, own), "not in this state");
                only!(
                    own.deployed.is_empty() || conduct.deletion_of_deployed().value.allows(),
                    "it is deployed to a cloud product"
                );
                Yes
            }
            Command::Deploy { target, domain } => {
                only!(self.in_good_standing(own), "its refund is under way");
                let certificate = given!(own.certificate.as_ref(), "there is no certificate");
                only!(
                    self.is_in(conduct.deployment().value, own),
                    "not in this state"
                );
                only!(
                    conduct.targets().value.contains(*target),
                    "not a product of the edition's set"
                );
                let held = own
                    .application
                    .as_ref()
                    .is_none_or(|own| matches!(own.submission.key(), KeySource::ServiceMade(_)));
                only!(held, "the service holds no key");
                only!(
                    domain
                        .as_ref()
                        .is_none_or(|domain| covers(certificate, domain)),
                    "the certificate is not for this domain"
                );
                let room = own.deployed.len() < CertificateInstance::DEPLOYMENT_LIMIT;
                if room { Yes } else { Unknown }
            }
            Command::Undeploy { target } => {
                only!(
                    own.deployed.iter().any(|(there, _)| there == target),
                    "it is not deployed there"
                );
                Yes
            }
            Command::Renew { slot, paid } => self.renewal(own, slot, paid.as_ref()),
            Command::EnableHosting(more) => self.hosting(own, more),
            Command::ReceiveChallenge { challenge, key } => {
                let applied = given!(own.application.as_ref(), "nothing is applied for");
                if own.life == Life::Reviewing
                    && let Some(known) = &applied.challenge
                {
                    only!(
                        known == challenge && applied.key == Some(*key),
                        "another challenge is there"
                    );
                    return Yes;
                }
                only!(own.in_process(), "not in this state");
                only!(
                    challenge.method() == applied.submission.method(),
                    "another method was asked for"
                );
                only!(
                    applied.key.is_none_or(|own| own == *key),
                    "another key was applied with"
                );
                Yes
            }
            Command::ConfirmDomain => {
                let challenged = own
                    .application
                    .as_ref()
                    .is_some_and(|own| own.challenge.is_some());
                only!(
                    own.life == Life::Reviewing || (own.life == Life::Proving && challenged),
                    "there is nothing to prove"
                );
                Yes
            }
            Command::Reject { .. } => {
                only!(
                    [Life::Reviewing, Life::Failed].contains(&own.life),
                    "it is not under review"
                );
                Yes
            }
            Command::Activate { order } => self.activation(own, *order),
            Command::Wake => Yes,
            Command::Approve { .. }
            | Command::BuyPlan { .. }
            | Command::Buy(_)
            | Command::Draw(_)
            | Command::Submit { .. }
            | Command::Upload(_)
            | Command::ClaimRefund
            | Command::CancelRefund
            | Command::GrantRefund
            | Command::RefuseRefund { .. } => Unknown,
        }
    }

    /// T-10, T-13, T-14, T-15: an order without a certificate, in the edition's states.
    pub(super) fn ending(&self, own: &Slot, states: StatusSet) -> Says {
        let open =
            own.in_process() || [Life::Fresh, Life::Withdrawn, Life::Failed].contains(&own.life);
        only!(open && self.is_in(states, own), "OrderStateError");
        only!(self.in_good_standing(own), "its refund is under way");
        Yes
    }

    /// T-25: cancelled before its turn, "head not in process".
    pub(super) fn cancelled_member(&self, own: &Slot) -> Says {
        let money = self.bought(own).map(|own| own.money);
        only!(money != Some(Money::Claimed), "its refund is under review");
        let chain = own.chain.and_then(|id| self.account.chains.get(&id));
        let head = chain
            .and_then(Chain::current)
            .and_then(|id| self.account.slots.get(&id));
        only!(
            head.is_some_and(|head| !head.in_process()),
            "the one before it is in process"
        );
        Yes
    }

    /// T-42: two unused slots of one specification.
    pub(super) fn merger(&self, own: &Slot) -> Says {
        only!(self.in_good_standing(own), "its refund is under way");
        let id = given!(self.step.other, "there is no second slot");
        only!(Some(id) != self.step.about, "there is no second slot");
        let other = given!(self.account.slots.get(&id), "there is no second slot");
        let unused = |slot: &Slot| {
            slot.life == Life::Fresh
                && slot.chain.is_none()
                && matches!(slot.payer, Payer::Purchase(_))
        };
        only!(
            unused(own) && unused(other),
            "both slots are bought by themselves and unused"
        );
        only!(self.in_good_standing(other), "its refund is under way");
        only!(
            own.product == other.product
                && self.conduct.merging().value.contains(own.product.class),
            "one specification, of the classes that are merged"
        );
        Yes
    }

    /// T-19: bought and issued here, not expired, not hosted, revocations left.
    pub(super) fn revocation(&self, own: &Slot, reason: RevocationReason) -> Says {
        let conduct = self.conduct;
        only!(
            own.life == Life::Issued && own.asked.is_none(),
            "only what is issued, once"
        );
        let not_after = own.not_after().unwrap_or(Timestamp::MAX);
        only!(
            !over(&conduct.calendar().value, self.now(), not_after),
            "it is expired"
        );
        only!(
            !own.product.free || conduct.free_revocation().value.allows(),
            "free certificates are not revoked"
        );
        let hosted = self.step.about.is_some_and(|id| self.hosted(id, own));
        only!(
            !hosted || conduct.hosted_revocation().value.allows(),
            "cancel the members that are not activated first"
        );
        only!(self.in_good_standing(own), "its refund is under way");
        let limit = conduct.revocation_limit().value;
        let per_product = limit == RevocationLimit::PerProduct;
        let of = |product: Product| !per_product || product.code == own.product.code;
        let plans = self.account.plans.values().filter(|one| of(one.product));
        let plans = plans.map(|one| (one.total, one.revocations, one.money));
        let bought = self
            .account
            .purchases
            .values()
            .filter(|one| of(one.product));
        let bought = bought.map(|one| (one.count, one.revocations, one.money));
        let (mut given, mut used) = (0_u32, 0_u32);
        for (count, revocations, money) in plans.chain(bought) {
            // "Refunded ones give none", where it goes by specification (RV23).
            let counts = !per_product || !matches!(money, Money::PaidBack(_));
            given = given.saturating_add(if counts { count } else { 0 });
            used = used.saturating_add(revocations);
        }
        only!(
            limit == RevocationLimit::Unlimited || used < given,
            "revocations never exceed bought certificates"
        );
        only!(
            reason != RevocationReason::PrivilegeWithdrawn,
            "that reason is the CA's"
        );
        Yes
    }

    /// T-06, T-49: a certificate that fits, or one that comes too late.
    pub(super) fn approval(&self, own: &Slot, certificate: &IssuedCertificate) -> Says {
        let key = certificate.spki();
        let of_application = own.application.as_ref().and_then(|own| own.key) == Some(key);
        if own.earlier.contains(&Some(key)) && !of_application {
            return Yes;
        }
        let named = |names: &[DomainName]| {
            let theirs = &certificate.facts().names;
            names.len() == theirs.len() && names.iter().all(|name| theirs.contains(name))
        };
        let late = |key_of: Option<_>, names: &[DomainName]| match key_of {
            Some(own) => own == key,
            None => named(names),
        };
        match own.life {
            Life::Reviewing => {
                let application = given!(own.application.as_ref(), "nothing is applied for");
                only!(application.key == Some(key), "it carries another key");
                only!(named(&application.names), "it carries other names");
                let validity = certificate.validity();
                only!(
                    validity.not_after() <= self.laws.ceilings().last_second(validity.not_before()),
                    "it is valid for too long"
                );
                only!(
                    !over(
                        &self.conduct.calendar().value,
                        self.now(),
                        validity.not_after()
                    ),
                    "it is over"
                );
                Yes
            }
            Life::Withdrawn => {
                let application = given!(own.application.as_ref(), "nothing is applied for");
                only!(
                    late(application.key, &application.names),
                    "it is not the order's"
                );
                Yes
            }
            Life::Deleted => {
                let remains = given!(own.deleted.as_ref(), "nothing was applied for");
                let same = remains.certificate == Some(certificate.fingerprint());
                only!(
                    same || late(remains.key, &remains.names),
                    "it is not the order's"
                );
                Yes
            }
            Life::Issued | Life::Revoked { .. } => {
                let there = own.certificate.as_ref().map(|one| one.fingerprint());
                only!(
                    there == Some(certificate.fingerprint()),
                    "another certificate is there"
                );
                Yes
            }
            Life::Waiting
            | Life::Fresh
            | Life::Proving
            | Life::Failed
            | Life::Uploaded
            | Life::Closed
            | Life::Cancelled
            | Life::Merged => No("it is not under review"),
        }
    }
}
