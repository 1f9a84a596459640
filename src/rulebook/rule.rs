//! The rules by number: what each says and which documents it rests on.
//!
//! The documents number nothing; the numbers are ours. `R-nn` are the rules read out of the
//! documents, `T-nn` transitions that no `R` rule covers, `K-nn` the rules about keys, requests and
//! certificates, and `V-nn` what the instance model of 2026 has besides.
//!
//! Not in this list are the numbers by which nothing is decided ([`NUMBERS`](super::number::NUMBERS)), and
//! the transitions that an `R` rule covers ([`TRANSITIONS`](super::number::TRANSITIONS) says which).

use core::fmt;

/// The number of a rule: a letter for its series and a number, such as `R-27`.
///
/// It is open: rules of your own use a series of your own.
///
/// ```
/// use cert_lifecycle::rulebook::RuleId;
/// assert_eq!(RuleId::R27.to_string(), "R-27");
/// assert!(RuleId::R27.record().is_some_and(|record| record.text.contains("returns")));
/// assert!(RuleId::new(b'Z', 1).record().is_none());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RuleId {
    series: u8,
    number: u16,
}

impl RuleId {
    /// A rule of a series, which is an ASCII letter (anything else is shown as `?`).
    #[must_use]
    pub const fn new(series: u8, number: u16) -> Self {
        let series = if series.is_ascii_alphabetic() {
            series
        } else {
            b'?'
        };
        Self { series, number }
    }

    /// What the rule says, if it is one of ours.
    #[must_use]
    pub fn record(self) -> Option<&'static RuleRecord> {
        RULES
            .iter()
            .chain(V2_RULES)
            .find(|record| record.id == self)
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:02}", char::from(self.series), self.number)
    }
}

impl fmt::Debug for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A rule, for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleRecord {
    /// Its number.
    pub id: RuleId,
    /// What it says.
    pub text: &'static str,
    /// The documents it rests on; `C` for a choice of ours.
    pub sources: &'static str,
}

/// Declares rules: a constant on [`RuleId`] and a row of the list each.
macro_rules! rules {
    ($(#[$doc:meta])* $list:ident; $($name:ident = $series:literal $number:literal, $sources:literal, $text:literal;)*) => {
        impl RuleId {
            $(
                #[doc = $text]
                pub const $name: Self = Self::new($series, $number);
            )*
        }

        $(#[$doc])*
        pub static $list: &[RuleRecord] = &[
            $(RuleRecord { id: RuleId::$name, text: $text, sources: $sources },)*
        ];
    };
}

rules! {
    /// Every rule that the code applies to orders and instances.
    RULES;
    R01 = b'R' 1, "S0 S1 S2", "a purchase for one year yields one slot to apply with, and issues nothing";
    R02 = b'R' 2, "S2", "a purchase for several years yields a slot a year: one to apply with, the others linked behind it";
    R03 = b'R' 3, "S2 HS21b FR21", "hosting is sold for the numbers of years that the edition names, and not for free certificates, which are not renewed";
    R04 = b'R' 4, "S0 S2", "a slot is applied for by its owner, in the states that the edition names";
    R05 = b'R' 5, "S0 S3", "an application waits for its domain to be proved or goes to the CA's review, never straight to a certificate";
    R06 = b'R' 6, "S3 S4", "where the domain is proved first, which the edition says by class, the CA reviews an order only after that";
    R07 = b'R' 7, "S0 S3", "the CA's approval issues the certificate and fixes issuance and expiry";
    R08 = b'R' 8, "S0 S3", "the CA's rejection fails the validation and records the reason";
    R09 = b'R' 9, "S0", "on the console a failed application is corrected and submitted again with the same slot";
    R10 = b'R' 10, "S3", "a failed order is deleted, its unit returns, and its owner may create a new one";
    R11 = b'R' 11, "S0 S1", "an application can be withdrawn only before the certificate is issued";
    R12 = b'R' 12, "S3 A21 WD19", "a withdrawal takes an order back to Pending Application, from the states its edition names";
    R13 = b'R' 13, "S3 A21", "a withdrawal returns nothing; deleting the withdrawn order returns its unit";
    R14 = b'R' 14, "S3 A21", "an order is deleted in the states that its edition names, as after it failed or was withdrawn";
    R15 = b'R' 15, "S3 S4", "a new order has a 64-bit id and waits for its domain to be proved";
    R16 = b'R' 16, "S3 S4", "two of the three create operations take domain validated products only";
    R18 = b'R' 18, "S4 A21", "the CN of a signing request names the domain that is bound";
    R19 = b'R' 19, "S3 S4", "a domain is proved at its DNS provider or by a file on its own server, as the application chose";
    R20 = b'R' 20, "S3 S4", "an application needs a resource plan of its product with a unit left";
    R21 = b'R' 21, "S4", "an unknown, foreign or deleted order is not found";
    R23 = b'R' 23, "S4 A21", "each operation consumes its unit on submission or on issuance, and reserves it in between";
    R24 = b'R' 24, "S3 S4", "the total of a plan is what remains, what is reserved and what is settled; a unit stays with its plan, a slot with its purchase";
    R25 = b'R' 25, "S3 A21", "certificate and key are read once the certificate is issued";
    R26 = b'R' 26, "C", "an operation that its state does not allow changes nothing";
    R27 = b'R' 27, "S3", "the unit of a certificate revoked inside the window after its issuance returns, and later it does not";
    R28 = b'R' 28, "C", "application, quota and its return are judged by the edition in force at submission, money, hosting and renewal by that of the purchase";
    R29 = b'R' 29, "S1 S0", "the price of a certificate comes back only inside the window of the edition that its purchase is bound to";
    R31 = b'R' 31, "RF19c RF20a", "vouchers are never paid back, and free certificates never";
    R32 = b'R' 32, "S3 RFP20", "a resource plan is paid back while it is unused";
    R33 = b'R' 33, "RFP20 RF21a RF24", "where the edition sets a deadline for plans, it holds";
    R34 = b'R' 34, "RF20a", "a refund claim under review can be taken back or refused, which restores the state before it; until then, and once it is paid, nothing else happens to what was bought";
    R35 = b'R' 35, "S0", "a revocation is requested, then completed by the CA, and what is revoked stays revoked";
    R36 = b'R' 36, "RV19a", "from the request of a revocation on, the certificate can't be viewed or downloaded";
    R37 = b'R' 37, "RV19a RV21a", "only an issued, unexpired certificate can be revoked, a hosted or free one where the edition has it";
    R38 = b'R' 38, "RV21b RV23", "revocations never exceed the certificates bought, where the edition limits them";
    R39 = b'R' 39, "C", "a refused revocation restores the state before it, and the attempt";
    R40 = b'R' 40, "S0 S1", "a deletion is final, and ids are never used again";
    R41 = b'R' 41, "S0 S1 DL19a DL20 DL21a", "a certificate is deleted in the states that the edition names";
    R42 = b'R' 42, "S0", "a certificate is about to expire from so many days before its end as the edition says, and that is announced once";
    R43 = b'R' 43, "S0 S1", "an expired certificate is replaced by buying anew";
    R44 = b'R' 44, "C", "with time alone a certificate goes from Issued to Pending Expiration, by R-42, and to Expired";
    R45 = b'R' 45, "S2", "the first certificate of a chain is applied for by hand, and shows Hosted once issued";
    R46 = b'R' 46, "S2", "only the service activates a later member, when the certificate before it comes due, with that one's data";
    R47 = b'R' 47, "S2 C", "the members of a chain are taken in order, one at a time";
    R48 = b'R' 48, "S2 C", "when an automatic application fails, somebody talks to the owner, and the chain stands still";
    R50 = b'R' 50, "S2 HS20 HS21c", "hosting is enabled for a certificate that is there where the edition has it";
    R51 = b'R' 51, "S0 S1", "an uploaded certificate is put under management with its key, and is not applied for";
    R52 = b'R' 52, "S0 S1", "an issued or uploaded certificate is deployed to the products that the edition names";
    R53 = b'R' 53, "S0 S1", "a certificate of one's own is downloaded in the states that the edition names";
    R54 = b'R' 54, "S0 S1 RN21b A24", "a certificate is renewed in the states that the edition names: a further slot, the old one untouched";
    R55 = b'R' 55, "RN21a RN21b RN21c", "a renewal of the same specification adds a year to the old expiry, within the ceiling of its issuance";
    R61 = b'R' 61, "FR21", "an account takes as many free certificates a year as the edition allows";
    R62 = b'R' 62, "C", "the certificates of one purchase have one price: it comes back with the first of them, until one behind it was applied for";
    T14 = b'T' 14, "A25 AP21a", "what is pending is cancelled in one step only where the edition has it";
    T25 = b'T' 25, "RV22 C", "a member of a chain is cancelled by its owner before its turn, while no other is in process";
    T42 = b'T' 42, "MG21", "two slots of one specification are merged into one where the edition has it, and the right to a refund is lost";
    T43 = b'T' 43, "CL18", "a bought slot can be closed where the edition has it; only the vendor reopens it";
    T20 = b'T' 20, "RV20a A18", "the holder of an OV or EV certificate confirms its revocation by mail";
    T48 = b'T' 48, "C", "a CA may revoke on its own account; quota follows as if the holder had revoked";
    T49 = b'T' 49, "C", "an approval that comes too late changes nothing, and its certificate is revoked";
    K01 = b'K' 1, "A21 BR", "a key is of an allowed kind and size";
    K02 = b'K' 2, "A21", "a signing request is signed with a strong hash";
    K03 = b'K' 3, "C", "a signing request proves possession of its key";
    K04 = b'K' 4, "BR C", "the CN is among the subject alternative names, if there are any";
    K05 = b'K' 5, "A21", "the domains of an application fit its product and operation";
    K06 = b'K' 6, "A20 A21", "an OV or EV application names a company";
    K07 = b'K' 7, "C", "an issued certificate carries the key and exactly the domains of its order";
    K08 = b'K' 8, "BR", "a certificate stays within the ceiling of its issuance date";
    K09 = b'K' 9, "BR", "a subscriber does not give a reason that is the CA's";
    K10 = b'K' 10, "DV21", "a file proves a wildcard only where the edition has it";
    K11 = b'K' 11, "C", "a certificate that is over is not accepted";
    K12 = b'K' 12, "C", "the CA is given the application's own key";
    K13 = b'K' 13, "BR", "an RSA key does not come from the flawed generator of CVE-2017-15361";
    K14 = b'K' 14, "BR", "the primes of an RSA key do not lie close together";
    K15 = b'K' 15, "BR", "the modulus of an RSA key has no small factor";
    K16 = b'K' 16, "BR", "the public exponent of an RSA key is odd and large enough";
    K17 = b'K' 17, "AP20", "a domain is not under a top-level domain that the edition bars, for the class of the product or for all";
    K20 = b'K' 20, "BR SC6 SC61", "a CA revokes within the hours that the ground asks for, counted from the report";
    K21 = b'K' 21, "BR SC42 SC81", "the proof of a domain is used again for as many days as the date of issuance allows";
}

rules! {
    /// The rules that only the instance model of 2026 has (`lifecycle::v2`).
    V2_RULES;
    T44 = b'T' 44, "SDK", "an instance is applied with once its stored data is complete: a contact, a domain or a signing request, and a company for OV and EV";
    T45 = b'T' 45, "SDK C", "an application that is not issued is cancelled, and the instance is what it was before: inactive, or normal if a certificate was issued earlier";
    T46 = b'T' 46, "SDK", "a certificate that was bought is revoked, an uploaded one never";
    T47 = b'T' 47, "RFAPI RF26 SDK", "an instance is paid back in cash alone, within the days after its order began that the edition names, once all that was issued is revoked";
    V01 = b'V' 1, "S0 S1 SDK", "a purchase yields an inactive instance, and issues nothing";
    V02 = b'V' 2, "SDK C", "the stored data changes while nothing was issued, or after an application that ended without a certificate";
    V03 = b'V' 3, "SDK", "an application is a task first, and at the CA once the task succeeded";
    V04 = b'V' 4, "SDK C", "an instance begins with its first certificate and lasts as long as what was bought, for as many certificates as that takes";
    V05 = b'V' 5, "SDK HS26", "automatic reissue is switched on and off while the instance lasts, for an uploaded certificate only where the edition has it";
    V06 = b'V' 6, "HS26 SDK", "an instance whose certificate is about to end applies by itself with its stored data, for one hosting unit";
    V07 = b'V' 7, "S2 C", "an automatic application that ended without a certificate waits for the holder, and its unit returns";
    V08 = b'V' 8, "SDK C", "an instance is deleted in the states that its edition names";
    V09 = b'V' 9, "C", "an instance is closed only while nothing was issued, and for good";
    V10 = b'V' 10, "S0 S1", "an uploaded certificate is managed, not applied with and not paid back";
    V11 = b'V' 11, "C", "one application is under way at a time";
    V12 = b'V' 12, "HS26", "hosting units are bought by number and never lapse";
}
