//! The numbers beside the rules: those that decide nothing by themselves, and the rows of the
//! transition table, each with the rules that carry it out.

use super::rule::RuleId;

/// A number under which no decision is made, for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumberRecord {
    /// The number.
    pub id: RuleId,
    /// What it says.
    pub text: &'static str,
    /// What carries it instead.
    pub carried: &'static str,
}

/// A row of the transition table that was read out of the documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransitionRecord {
    /// Its number.
    pub id: RuleId,
    /// What happens.
    pub text: &'static str,
    /// The rules that decide about it; none where nothing is decided.
    pub rules: &'static [RuleId],
}

const fn other(number: u16, text: &'static str, carried: &'static str) -> NumberRecord {
    NumberRecord {
        id: RuleId::new(b'R', number),
        text,
        carried,
    }
}

/// The numbers of the series R that are no rule of [`RULES`](super::rule::RULES).
///
/// ```
/// use cert_lifecycle::rulebook::RuleId;
/// use cert_lifecycle::rulebook::number::NUMBERS;
/// let r30 = NUMBERS.iter().find(|one| one.id == RuleId::new(b'R', 30)).expect("an entry");
/// assert!(r30.carried.contains("R-29"));
/// ```
pub static NUMBERS: &[NumberRecord] = &[
    other(
        17,
        "with a signing request, name, phone, e-mail and method are required, and the product is not",
        "the parameters of the operations (`wire`, the page of operations)",
    ),
    other(
        22,
        "of a plan are told the total, what was submitted, and what was issued",
        "the counters of `ResourcePlan`; `wire` writes them",
    ),
    other(
        30,
        "a claim is taken on day 30 after the issuance and refused on day 31",
        "R-29 with the values of S0",
    ),
    other(
        49,
        "the first certificate of a chain is never applied for by the service",
        "R-46, which activates later members alone, and R-45",
    ),
    other(
        56,
        "each status is in exactly one group: Paid, Pending Verification and Revoked under Ordered, the others under Issued",
        "`view::group`",
    ),
    other(
        57,
        "cards or a list, cards first; the layout changes no status and no operation",
        "`view::layout`",
    ),
    other(
        58,
        "the modules of the console are those of its edition",
        "`view::modules` and the value `modules`",
    ),
    other(
        59,
        "each word of the wire is read and written, in both spellings; what is not known is Unknown",
        "`view::wire`; what people read is in `view::label`",
    ),
    other(
        60,
        "review times are information: nothing happens because one is over",
        "that no decision reads the value `review_times`",
    ),
];

macro_rules! transitions {
    ($($number:literal, $text:literal, [$($rule:ident),*];)*) => {
        /// The rows of the transition table, T-01 to T-49, and what decides about each.
        ///
        /// ```
        /// use cert_lifecycle::rulebook::RuleId;
        /// use cert_lifecycle::rulebook::number::TRANSITIONS;
        /// let withdrawn = &TRANSITIONS[10];
        /// assert_eq!(withdrawn.id.to_string(), "T-11");
        /// assert_eq!(withdrawn.rules, [RuleId::R11, RuleId::R12]);
        /// ```
        pub static TRANSITIONS: &[TransitionRecord] = &[
            $(TransitionRecord {
                id: RuleId::new(b'T', $number),
                text: $text,
                rules: &[$(RuleId::$rule),*],
            },)*
        ];
    };
}

transitions! {
    1, "a certificate for a year is bought: a slot", [R01];
    2, "one for several years is bought: a slot a year, linked", [R02, R03];
    3, "a slot is applied for on the console", [R04, R05];
    4, "an order is made by API, with a unit of a plan", [R15, R16, R20];
    5, "the domain is proved", [R06];
    6, "the CA approves", [R07];
    7, "the CA rejects", [R08];
    8, "the domain is never proved: the order stays", [];
    9, "a failed application is submitted again with its slot", [R09];
    10, "a failed order is deleted", [R10, R14];
    11, "an application is withdrawn while its domain is verified", [R11, R12];
    12, "an application is withdrawn in review", [R11, R12];
    13, "a withdrawn order is deleted", [R13, R14];
    14, "a pending order is cancelled in one step by API", [T14];
    15, "a slot of a plan is cancelled on the console", [T14];
    16, "what was issued is neither withdrawn nor cancelled", [R11];
    17, "the days of notice begin", [R42];
    18, "the last second is over", [R44, R43];
    19, "a revocation is requested", [R35, R37, R38, R36];
    20, "the holder confirms it by mail", [T20];
    21, "the CA completes it", [R35, R27];
    22, "the CA refuses it", [R39];
    23, "a revocation is requested by API", [R35, R37];
    24, "what is hosted is revoked once the waiting members are cancelled", [R37];
    25, "a waiting member is cancelled", [T25];
    26, "a member comes due, and is activated and applied for", [R46];
    27, "its application fails", [R48];
    28, "it is issued", [R45];
    29, "a waiting member is not applied for by hand", [R46];
    30, "without a certificate before it, a member waits", [R47];
    31, "a certificate is renewed: a further slot", [R54, R55];
    32, "an expired one is not renewed", [R43];
    33, "a refund is claimed", [R29, R62];
    34, "the claim is taken back", [R34];
    35, "the claim is granted or refused", [R34];
    36, "an unused plan is paid back", [R32, R33];
    37, "a certificate is deleted", [R41, R40];
    38, "a certificate is uploaded", [R51];
    39, "a certificate is deployed", [R52];
    40, "a certificate is downloaded", [R53, R25];
    41, "hosting is enabled for what is there already", [R50];
    42, "two slots are merged", [T42];
    43, "a slot is closed", [T43];
    44, "an instance of 2026 is applied with", [T44];
    45, "its application is cancelled", [T45];
    46, "its certificate is revoked", [T46];
    47, "it is paid back", [T47];
    48, "the CA revokes on its own account", [T48];
    49, "an approval comes too late", [T49];
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rulebook::rule::{RULES, V2_RULES};

    /// Every number from R-01 to the last leads somewhere, and every T rule has its row.
    #[test]
    fn every_number_leads_somewhere() {
        let rules = || RULES.iter().chain(V2_RULES).map(|record| record.id);
        for number in 1..=62 {
            let id = RuleId::new(b'R', number);
            let decides = rules().any(|one| one == id);
            let told = NUMBERS.iter().any(|one| one.id == id);
            assert!(decides != told, "{id}");
        }
        for (place, row) in TRANSITIONS.iter().enumerate() {
            let number = u16::try_from(place).unwrap() + 1;
            assert_eq!(row.id, RuleId::new(b'T', number));
            let itself = rules().any(|one| one == row.id);
            assert_eq!(itself, row.rules.contains(&row.id), "{}", row.id);
        }
        assert_eq!(TRANSITIONS.len(), 49);
    }
}
