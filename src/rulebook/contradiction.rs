//! The register of contradictions: where the documents disagree, and what carries each side.
//!
//! Most are two dated values of one kind. The others are settled by a rule or by a type.

use alloc::vec::Vec;

use super::book::Rulebook;
use super::edition::{ClauseLine, Field};
use super::rule::RuleId;

/// Where documents disagree.
///
/// ```
/// use cert_lifecycle::rulebook::{Contradiction, Rulebook, RuleId};
/// let book = Rulebook::published();
/// let notice = Contradiction::of(RuleId::new(b'X', 1)).expect("a contradiction of the register");
/// let positions = notice.positions(&book);
/// let sixty = positions.iter().find(|p| p.clause.text.contains("60")).expect("the position of S0");
/// assert_eq!(
///     sixty.clause.to_string(),
///     "2021-01-22, intl console: pending expiration when 60 days or fewer remain [S0, RN21a; stated]"
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contradiction {
    /// Its number, in the series X.
    pub id: RuleId,
    /// What stands against what.
    pub text: &'static str,
    /// What carries it.
    pub carried: &'static [Carried],
    /// Which side no clause carries, and why.
    pub left_out: Option<&'static str>,
}

/// What carries a contradiction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carried {
    /// The clauses of a kind of value.
    Field(Field),
    /// A rule of ours that takes one side, or both.
    Rule(RuleId),
    /// A type, or a part of the crate, that has room for both.
    Type(&'static str),
}

/// One side of a contradiction: a clause of a kind of value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position<'a> {
    /// The kind.
    pub field: Field,
    /// The clause: day, scope, text, sources and standing.
    pub clause: ClauseLine<'a>,
}

impl Contradiction {
    /// The contradiction of a number.
    #[must_use]
    pub fn of(id: RuleId) -> Option<&'static Self> {
        CONTRADICTIONS.iter().find(|one| one.id == id)
    }

    /// What the clauses of a rulebook say on every side of it, kind by kind and day by day. Nothing
    /// where a rule or a type carries it.
    #[must_use]
    pub fn positions<'a>(&self, book: &'a Rulebook) -> Vec<Position<'a>> {
        let fields = self.carried.iter().filter_map(|carried| match carried {
            Carried::Field(field) => Some(*field),
            Carried::Rule(_) | Carried::Type(_) => None,
        });
        fields
            .flat_map(|field| {
                let clauses = book.parts().clauses(field).into_iter();
                clauses.map(move |clause| Position { field, clause })
            })
            .collect()
    }
}

const fn field(field: Field) -> Carried {
    Carried::Field(field)
}

const fn rule(rule: RuleId) -> Carried {
    Carried::Rule(rule)
}

const fn kind(what: &'static str) -> Carried {
    Carried::Type(what)
}

/// Declares the register: number as it is cited (`X-13`), text, carriers, and what is left out, if anything is.
macro_rules! contradictions {
    ($(X-$number:literal, $text:literal, [$($carried:expr),+ $(,)?] $(, left out: $left_out:literal)?;)*) => {
        /// Every contradiction met in the documents, by number.
        #[expect(
            clippy::zero_prefixed_literal,
            reason = "the numbers are written as they are cited"
        )]
        pub static CONTRADICTIONS: &[Contradiction] = &[
            $(Contradiction {
                id: RuleId::new(b'X', $number),
                text: $text,
                carried: &[$($carried),+],
                left_out: contradictions!(@ $($left_out)?),
            },)*
        ];
    };
    (@) => { None };
    (@ $left_out:literal) => { Some($left_out) };
}

contradictions! {
    X-01, "a certificate is about to expire 60 days before (S0, RN21a), 30 days before (all others), or is announced 7 days before the end of the service (NT21)",
        [field(Field::Notice), field(Field::Messages)];
    X-02, "money comes back within 30 days (S0, S1), 28 (RF20c, RF21i), 7 or with an add-on 30 (RF21c), or 7 (RF24 on)",
        [field(Field::Refund)];
    X-03, "these days are counted from the issuance (until 2021), or from the payment (RF21a on)",
        [field(Field::Refund)];
    X-04, "what must fall into them is the revocation as such (S1), its completion (RF19b on), or a claim after it (RF21c)",
        [field(Field::Refund), field(Field::ReturnAct)];
    X-05, "one page has 28 and 30 on one day; 28 in its text and 30 on its button; 7 in its text and 28 on its button",
        [field(Field::RefundButton)],
        left out: "the 30 that stood beside 28 for some minutes of 2020-12-08 (RF20b)";
    X-06, "a late refund of what was not issued ends before an expiry that it does not have, and counts natural days in one row, working days in another",
        [field(Field::RefundMargin), field(Field::Refund)],
        left out: "the bound itself: nothing can reach it";
    X-07, "an unused plan is paid back at any time (S3), or within 30, 28 or 7 days (RFP20, RF21a, RF24); unused is never applied for, or every unit back",
        [field(Field::PlanRefund)];
    X-08, "a unit is used on submission (A20, S4), on issuance (A21, AP21a), or already used from submission on (S3, of the day of A21)",
        [field(Field::Consumption), rule(RuleId::R23)];
    X-09, "a unit returns within 30 days of issuance (S3, AP21a), 28 (AP21b, RV21b, RV24), or 30 days of the purchase (RF21c)",
        [field(Field::ReturnDays), field(Field::ReturnAnchor)],
        left out: "RV24's condition that the bound domain has not changed: nothing changes a bound domain here";
    X-10, "issued certificates are deleted (S0, S1), or only those that are revoked or expired (DL19a on)",
        [field(Field::Deletion)];
    X-11, "uploaded certificates are deleted at any time (2019, 2021), or only after expiry (DL20)",
        [field(Field::DeletionOfUploaded)],
        left out: "the English page of 2021-01-11, which garbles the rule";
    X-12, "what failed or was not submitted is not deleted (DL19b), or is (S3): certificates on the console, orders by API",
        [field(Field::OrderDeletion)];
    X-13, "an application under review is withdrawn (S3, A21; S0 and S1 until issuance), or is not (WD19)",
        [field(Field::Withdrawal)];
    X-14, "after a failure one submits again (S0), or deletes and creates anew (S3)",
        [field(Field::Applying), rule(RuleId::R10)];
    X-15, "one operation is for issued certificates alone (A21, A24), or also for pending orders (A25)",
        [field(Field::OrderCancellation)];
    X-16, "renewal is of any valid certificate and adds a year (A21), only of an expiring one and gives a pending order (A24), or does not exist (RN19)",
        [field(Field::Renewal), field(Field::RenewalResult)];
    X-17, "an uploaded certificate is renewed with its remaining time (2021-01-22, for six days), without it, not at all (RN26, Chinese), or after expiry too (RN26, English)",
        [field(Field::RenewalOfUploaded), field(Field::CarryOver)];
    X-18, "hosting is of 2 years (2020-09), up to 4, DV 4 and OV 2 (2021-01), 2 or 3 (S2), or by units (V2); three updates are 3 hostings, or 4",
        [field(Field::HostingYears)],
        left out: "the 4 hostings for three updates, corrected on 2021-01-28";
    X-19, "hosting is enabled late in the last 15 days (HS20), only while more than 30 remain (HS21c), or never (HS21b)",
        [field(Field::LateHosting)];
    X-20, "a hosted certificate is revoked: silent (S2), no (RV21a), after the rest of its chain is cancelled (RV22)",
        [field(Field::HostedRevocation)];
    X-21, "the next member comes due with at most 30 days left, or with fewer than 30; exactly 30 are in neither row of one page (2021-06-15)",
        [field(Field::HostingTrigger)];
    X-22, "revocations are unlimited (to 2021-04), counted by account (RV21b), or by product (RV23)",
        [field(Field::RevocationLimit)];
    X-23, "a revocation takes the same day, 3 to 5 working days, up to 5, or is done at once; of free certificates it is switched off (2021-01) and supported (2021-04)",
        [field(Field::RevocationTimes), field(Field::FreeRevocation)];
    X-24, "one label stands for the review of an application and for that of a refund",
        [kind("model::Status: Validating and RefundReview; view::label reads with a context")];
    X-25, "the label of a failed validation stands for a refused revocation too (2019-03)",
        [
            rule(RuleId::R39),
            kind("view::label: the context again, and no state of its own")
        ];
    X-26, "a certificate is valid for 365 days, 397 or 398, and 200 since 2026-03-15, when the vendor's page still has 397",
        [kind("rulebook::Ceilings: what must be and what is advised"), rule(RuleId::K08)];
    X-27, "the example of a renewal is off by one day; a new term begins with the issuance, or with the old expiry",
        [field(Field::CarryOver)],
        left out: "a count of days: the new expiry is a date, a year after the old one; and that a DV wildcard of DigiCert carries nothing over (2021-01-22): no product here is one, and what is registered as one carries";
    X-28, "one state is written check_fail and checked_fail, Paid and PAYED, willExpire, willExpired and WILLEXPIRED; unknow is no slip of ours",
        [kind("view::wire: one word written for each interface, all of them read")];
    X-29, "the review of an OV application takes 2 to 5 working days, 3 to 5, up to 5, or 3 to 7",
        [field(Field::ReviewTimes)];
    X-30, "certificates are deployed to two products (S1), or to four on the next page of the same site",
        [field(Field::Targets)];
    X-31, "uploaded certificates are downloaded (2019-04-25, English), or never",
        [field(Field::DownloadOfUploaded)];
    X-32, "a file proves a domain at the DNS server (S4), or at the domain's own server (S3, A21)",
        [rule(RuleId::R19)],
        left out: "S4's place, which mistranslates the Chinese page";
    X-33, "one sample order id ends with 968, or with 960: the same number after a double",
        [kind("model::OrderId: 64 bits, never a float")];
    X-34, "days are calendar days, or to the second (the vendor's own example, RV23 on)",
        [field(Field::ReturnMethod), field(Field::Refund)];
    X-35, "uploaded certificates are hosted (S2, HS21c), or not (V2.0)",
        [field(Field::HostingOfUploaded)];
    X-36, "the service pays back when one revokes (S1), or when one claims it (S0 and all later)",
        [field(Field::RefundTrigger)];
    X-37, "the full payment comes back (S1), or its cash alone and never a voucher (RF19c, RF20a)",
        [rule(RuleId::R31)],
        left out: "that S1 means vouchers too: that its full payment is the cash is inferred, from pages of three weeks later";
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeSet;

    #[test]
    fn the_register_is_numbered_without_gaps() {
        let ids: Vec<RuleId> = CONTRADICTIONS.iter().map(|one| one.id).collect();
        let numbers: Vec<RuleId> = (1..=37).map(|n| RuleId::new(b'X', n)).collect();
        assert_eq!(ids, numbers);
        assert!(Contradiction::of(RuleId::new(b'X', 38)).is_none());
    }

    #[test]
    fn both_sides_of_a_contradiction_stand_in_the_clauses() {
        let book = Rulebook::published();
        for one in CONTRADICTIONS {
            assert!(!one.carried.is_empty(), "{}", one.id);
            let positions = one.positions(&book);
            for carried in one.carried {
                match carried {
                    Carried::Field(field) => {
                        let texts: BTreeSet<&str> = positions
                            .iter()
                            .filter(|position| position.field == *field)
                            .map(|position| position.clause.text.as_str())
                            .collect();
                        assert!(
                            texts.len() >= 2,
                            "{}: {} has {texts:?}",
                            one.id,
                            field.word()
                        );
                    }
                    Carried::Rule(rule) => assert!(rule.record().is_some(), "{}: {rule}", one.id),
                    Carried::Type(what) => assert!(what.contains("::"), "{}: {what}", one.id),
                }
            }
        }
    }
}
