//! Editions: the flat set of values in force at one point, resolved once.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use crate::model::{Channel, Day, Digest, EditionKey, Pin, Site, StatusSet};

use super::book::ResolveError;
use super::ca_duty::CaDuties;
use super::calendar::Calendar;
use super::ceilings::Ceilings;
use super::schedule::{Dated, InForce, Scope, ambiguous, in_force};
use super::source::{Cite, SourceRecord, Sources, Standing};
use super::value::{
    BarredNames, CarryOver, ClassSet, CommonNameRule, Consumption, CsrRule, DecisiveAct,
    ExponentRule, FileForWildcard, FreeLimit, HostingYears, LateHosting, MessageRule, Method,
    ModuleSet, NameLimit, NoticeRule, OperationSet, Permission, PlanRefundRule, RefundMargin,
    RefundRule, RefundTrigger, RenewalResult, ReturnAnchor, ReturnDays, ReturnRule, ReviewTimes,
    RevocationLimit, ShownDays, SmallestFactor, TargetSet, TermRule, Trigger, UploadName,
    WeakKeyRule,
};

/// A named point in the history of the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EditionPoint {
    /// Its key.
    pub key: EditionKey,
    /// The day it names, in the rulebook's offset.
    pub day: Day,
    /// The site whose documents speak.
    pub site: Site,
    /// The channel whose documents speak.
    pub channel: Channel,
}

/// A value in force, with what it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruling<T> {
    /// The value.
    pub value: T,
    /// Sources, standing, and the days of its clause.
    pub cite: Cite,
    /// What the next clause says that says something else, if one is known: see [`Cite::until`].
    pub next: Option<T>,
}

/// One value of an edition, for people and for the digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldLine<'a> {
    /// Which value.
    pub field: Field,
    /// What it says, in its canonical form.
    pub text: String,
    /// What it rests on.
    pub cite: &'a Cite,
}

/// What is done with the clauses of each kind of value in turn: see [`RulebookParts::visit`].
pub trait ClauseVisitor<T> {
    /// The clauses of one kind, in their order.
    fn clauses(&mut self, field: Field, clauses: &[Dated<T>]);
}

/// What changes the clauses of each kind of value in turn: see [`RulebookParts::edit`].
pub trait ClauseEditor<T> {
    /// The clauses of one kind, in their order.
    fn clauses(&mut self, field: Field, clauses: &mut Vec<Dated<T>>);
}

/// One clause, for people: from when, for whom, what, and on which ground.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClauseLine<'a> {
    /// The first day, in the rulebook's offset.
    pub from: Day,
    /// Whom it speaks of.
    pub scope: Scope,
    /// What it says, in its canonical form.
    pub text: String,
    /// Where that comes from.
    pub sources: &'a Sources,
    /// How firmly.
    pub standing: Standing,
}

impl<'a> ClauseLine<'a> {
    fn of<T: fmt::Display>(clause: &'a Dated<T>) -> Self {
        Self {
            from: clause.from,
            scope: clause.scope,
            text: clause.value.value.to_string(),
            sources: &clause.value.sources,
            standing: clause.value.standing,
        }
    }
}

impl fmt::Display for ClauseLine<'_> {
    /// Such as `2021-02-26, api: within 30 days [S3, A21; stated]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            from,
            scope,
            text,
            sources,
            standing,
        } = self;
        let standing = standing.word();
        write!(f, "{from}, {scope}: {text} [{sources}; {standing}]")
    }
}

/// Declares the values of a rulebook once: everything that runs over all of them is made here, so
/// that a new kind of rule is a new line.
macro_rules! fields {
    ($($(#[$doc:meta])* $field:ident: $type:ty => $variant:ident;)*) => {
        /// The parts of a rulebook, unchecked: dated clauses for every kind of value.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct RulebookParts {
            $($(#[$doc])* pub $field: Vec<Dated<$type>>,)*
            /// The named points.
            pub points: Vec<EditionPoint>,
            /// The CA/Browser Forum's ceilings.
            pub ceilings: Ceilings,
            /// The CA/Browser Forum's deadlines of revocations and reuse of proofs.
            pub duties: CaDuties,
            /// The sources that values name.
            pub sources: Vec<SourceRecord>,
        }

        /// A kind of value.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Field {
            $($(#[$doc])* $variant,)*
        }

        impl Field {
            /// Every kind of value.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Its name, as in [`RulebookParts`].
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => stringify!($field),)*
                }
            }
        }

        /// The flat set of values in force at one point.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct Edition {
            point: EditionPoint,
            digest: Digest,
            $($field: Ruling<$type>,)*
        }

        impl Edition {
            $($(#[$doc])*
            #[must_use]
            pub const fn $field(&self) -> &Ruling<$type> {
                &self.$field
            })*

            /// Every value, in a fixed order.
            #[must_use]
            pub fn lines(&self) -> Vec<FieldLine<'_>> {
                Vec::from([$(FieldLine {
                    field: Field::$variant,
                    text: self.$field.value.to_string(),
                    cite: &self.$field.cite,
                },)*])
            }

            /// The same edition with one value of another one, under its own key and a digest anew:
            /// what a single difference between two editions does.
            #[must_use]
            pub fn with(&self, field: Field, other: &Self) -> Self {
                let mut changed = self.clone();
                match field {
                    $(Field::$variant => changed.$field = other.$field.clone(),)*
                }
                changed.digest = digest(&changed.lines());
                changed
            }

            /// The values that a later clause replaces, each with what it rests on now.
            pub fn changes(&self) -> impl Iterator<Item = (Field, &Cite)> {
                let all = [$((Field::$variant, &self.$field.cite),)*];
                all.into_iter().filter(|(_, cite)| cite.until.is_some())
            }

            /// The same edition as the only one that ever was: no later clause replaces its values.
            /// Key, values and digest stay.
            ///
            /// ```
            /// use cert_lifecycle::rulebook::Rulebook;
            /// let edition = Rulebook::published().edition("2021-02-api")?;
            /// let alone = edition.alone();
            /// assert!(edition.changes().count() > 0);
            /// assert_eq!(alone.changes().count(), 0);
            /// assert_eq!(alone.pin(), edition.pin());
            /// # Ok::<(), cert_lifecycle::rulebook::ResolveError>(())
            /// ```
            #[must_use]
            pub fn alone(&self) -> Self {
                let mut alone = self.clone();
                $(
                    alone.$field.cite.until = None;
                    alone.$field.next = None;
                )*
                alone
            }

            /// The same edition once the next clause of one value is in force, from
            /// [`Cite::until`] on, under its own key and a digest anew; none if no next one is known.
            #[must_use]
            pub fn following(&self, field: Field) -> Option<Self> {
                let mut changed = self.clone();
                match field {
                    $(Field::$variant => {
                        changed.$field.value = self.$field.next.clone()?;
                        changed.$field.next = None;
                    })*
                }
                changed.digest = digest(&changed.lines());
                Some(changed)
            }

            /// Resolves the values in force at a point.
            pub(super) fn resolve(
                parts: &RulebookParts,
                point: EditionPoint,
            ) -> Result<Self, ResolveError> {
                $(let $field = ruling(&parts.$field, Field::$variant, point)?;)*
                let mut edition = Self {
                    point,
                    digest: Digest::of(&[]),
                    $($field,)*
                };
                edition.digest = digest(&edition.lines());
                Ok(edition)
            }
        }

        impl RulebookParts {
            /// Parts without any clause, point or source, and with ceilings and duties that permit
            /// nothing: where a file begins that says everything itself.
            #[cfg(feature = "toml")]
            pub(crate) const fn empty() -> Self {
                Self {
                    $($field: Vec::new(),)*
                    points: Vec::new(),
                    ceilings: Ceilings::closed(),
                    duties: CaDuties::closed(),
                    sources: Vec::new(),
                }
            }

            /// Shows every kind of value to a visitor, in the order of [`Field::ALL`].
            ///
            /// A visitor that is generic over the values leaves none out, and goes on doing so when
            /// a kind is added.
            ///
            /// ```
            /// use cert_lifecycle::rulebook::{ClauseVisitor, Dated, Field, Rulebook};
            /// struct Count(usize);
            /// impl<T> ClauseVisitor<T> for Count {
            ///     fn clauses(&mut self, _: Field, clauses: &[Dated<T>]) {
            ///         self.0 += clauses.len();
            ///     }
            /// }
            /// let mut count = Count(0);
            /// Rulebook::published().parts().visit(&mut count);
            /// assert!(count.0 >= Field::ALL.len());
            /// ```
            pub fn visit<V>(&self, visitor: &mut V)
            where
                $(V: ClauseVisitor<$type>,)*
            {
                $(ClauseVisitor::<$type>::clauses(visitor, Field::$variant, &self.$field);)*
            }

            /// Hands the clauses of every kind of value to an editor, in the order of
            /// [`Field::ALL`].
            pub fn edit<E>(&mut self, editor: &mut E)
            where
                $(E: ClauseEditor<$type>,)*
            {
                $(ClauseEditor::<$type>::clauses(editor, Field::$variant, &mut self.$field);)*
            }

            /// The first two clauses that both claim a case on the same day.
            pub(super) fn ambiguity(&self) -> Option<(Field, Day)> {
                $(if let Some(day) = ambiguous(&self.$field) {
                    return Some((Field::$variant, day));
                })*
                None
            }

            /// The first day after this one on which a clause of any kind begins for a channel of a site.
            pub(super) fn next_clause(&self, day: Day, site: Site, channel: Channel) -> Option<Day> {
                let days = [$(self
                    .$field
                    .iter()
                    .filter(|c| c.from > day && c.scope.covers(site, channel))
                    .map(|c| c.from)
                    .min(),)*];
                days.into_iter().flatten().min()
            }

            /// The clauses of a kind of value, in the order of their days.
            #[must_use]
            pub fn clauses(&self, field: Field) -> Vec<ClauseLine<'_>> {
                let mut lines: Vec<ClauseLine<'_>> = match field {
                    $(Field::$variant => self.$field.iter().map(ClauseLine::of).collect(),)*
                };
                lines.sort_by_key(|line| line.from);
                lines
            }

            /// Every clause: its field, first day, and sources.
            pub(super) fn citations(&self) -> Vec<(Field, Day, &Sources)> {
                let mut all = Vec::new();
                $(all.extend(
                    self.$field
                        .iter()
                        .map(|c| (Field::$variant, c.from, &c.value.sources)),
                );)*
                all
            }
        }
    };
}

fields! {
    /// How days are counted (C1 to C7).
    calendar: Calendar => Calendar;
    /// When a certificate counts as about to expire (R-42).
    notice: NoticeRule => Notice;
    /// When each operation consumes its unit (R-23).
    consumption: Consumption => Consumption;
    /// Within how many days the unit of a revoked certificate comes back (R-27).
    return_days: ReturnDays => ReturnDays;
    /// How these days are counted (R-27, C2).
    return_method: Method => ReturnMethod;
    /// Which act of a revocation must fall into them (R-27, C5).
    return_act: DecisiveAct => ReturnAct;
    /// From which instant they are counted (R-27, X-09).
    return_anchor: ReturnAnchor => ReturnAnchor;
    /// In which states a slot at hand is applied for (R-04, R-09).
    applying: StatusSet => Applying;
    /// Of which classes the domain is proved before the CA reviews the application (R-05).
    verified_first: ClassSet => VerifiedFirst;
    /// From which states an application can be withdrawn (R-12).
    withdrawal: StatusSet => Withdrawal;
    /// In which states an order can be deleted (R-14).
    order_deletion: StatusSet => OrderDeletion;
    /// In which states an order can be cancelled in one step (T-14).
    order_cancellation: StatusSet => OrderCancellation;
    /// How many revocations a holder has (R-38).
    revocation_limit: RevocationLimit => RevocationLimit;
    /// Of which classes the holder confirms a revocation by mail (T-20).
    revocation_mail: ClassSet => RevocationMail;
    /// Which operations take domain validated products only (R-16).
    dv_only: OperationSet => DvOnly;
    /// How many domains an application names (K-05).
    name_limit: NameLimit => NameLimit;
    /// Whether a file proves a wildcard (K-10).
    file_for_wildcard: FileForWildcard => FileForWildcard;
    /// Which domains are not applied for (K-17).
    barred_names: BarredNames => BarredNames;
    /// Which keys and requests are acceptable (K-01, K-02).
    csr: CsrRule => Csr;
    /// Which RSA keys count as made by a flawed method (K-13, K-14).
    weak_keys: WeakKeyRule => WeakKeys;
    /// The least factor of an RSA modulus (K-15).
    smallest_factor: SmallestFactor => SmallestFactor;
    /// Which exponents an RSA key may have (K-16).
    rsa_exponent: ExponentRule => RsaExponent;
    /// Where the CN of a request must stand (K-04).
    common_name: CommonNameRule => CommonName;
    /// How long a certificate is sold for.
    term: TermRule => Term;
    /// Whether the holder of a slot can have it closed (T-43).
    closing: Permission => Closing;
    /// Of which classes two slots are merged into one (T-42).
    merging: ClassSet => Merging;
    /// How many free certificates an account takes in a year.
    free_limit: FreeLimit => FreeLimit;
    /// Whether a free certificate is revoked by its holder (X-23).
    free_revocation: Permission => FreeRevocation;
    /// For how many years hosting is sold (R-02, R-03).
    hosting_years: HostingYears => HostingYears;
    /// When the next member of a chain is activated (R-46).
    hosting_trigger: Trigger => HostingTrigger;
    /// When hosting is enabled for a certificate that is there already (R-50).
    late_hosting: LateHosting => LateHosting;
    /// Whether it is enabled for an uploaded certificate (R-50, X-35).
    hosting_of_uploaded: Permission => HostingOfUploaded;
    /// Whether what was bought by enabling hosting is paid back.
    late_hosting_refund: Permission => LateHostingRefund;
    /// Whether a hosted certificate is revoked (R-37, X-20).
    hosted_revocation: Permission => HostedRevocation;
    /// In which states a bought certificate is renewed (R-54).
    renewal: StatusSet => Renewal;
    /// In which states an uploaded certificate is renewed (X-17).
    renewal_of_uploaded: StatusSet => RenewalOfUploaded;
    /// Whether a certificate for several domains is renewed (R-54).
    renewal_of_several: Permission => RenewalOfSeveral;
    /// What a renewal yields (X-16).
    renewal_result: RenewalResult => RenewalResult;
    /// Whose remaining time a renewal adds (R-55).
    carry_over: CarryOver => CarryOver;
    /// In which states a certificate of one's own is deleted (R-41).
    deletion: StatusSet => Deletion;
    /// In which states an uploaded certificate is deleted (R-41, X-11).
    deletion_of_uploaded: StatusSet => DeletionOfUploaded;
    /// Whether a certificate is deleted while it is deployed (R-41).
    deletion_of_deployed: Permission => DeletionOfDeployed;
    /// In which states a certificate of one's own is downloaded (R-53).
    download: StatusSet => Download;
    /// Whether an uploaded certificate is downloaded (X-31).
    download_of_uploaded: Permission => DownloadOfUploaded;
    /// In which states a certificate is deployed (R-52).
    deployment: StatusSet => Deployment;
    /// To which cloud products (R-52, X-30).
    targets: TargetSet => Targets;
    /// Which names uploaded certificates have (R-51).
    upload_name: UploadName => UploadName;
    /// Which purchases of certificates are paid back (R-28 to R-30).
    refund: RefundRule => Refund;
    /// Who starts a refund (X-36).
    refund_trigger: RefundTrigger => RefundTrigger;
    /// When a resource plan is paid back (R-32, R-33).
    plan_refund: PlanRefundRule => PlanRefund;
    /// When messages about expiry go out (X-01).
    messages: MessageRule => Messages;
    /// How long the console shows a refund button (X-05): advice.
    refund_button: ShownDays => RefundButton;
    /// How long before expiry the last claim should be made (X-06): advice.
    refund_margin: RefundMargin => RefundMargin;
    /// For how long settings are kept after the end of the service: advice.
    grace: ShownDays => Grace;
    /// How long the review of an application takes (R-60, X-29): advice.
    review_times: ReviewTimes => ReviewTimes;
    /// How long the review of a revocation takes (X-23): advice.
    revocation_times: ReviewTimes => RevocationTimes;
    /// What the console's page offers (R-58): for the interface.
    modules: ModuleSet => Modules;
}

impl Edition {
    /// Its key.
    #[must_use]
    pub const fn key(&self) -> EditionKey {
        self.point.key
    }

    /// The point it stands for.
    #[must_use]
    pub const fn point(&self) -> EditionPoint {
        self.point
    }

    /// The digest of its values.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// When the unit of a revoked certificate comes back: its four parts together (R-27).
    #[must_use]
    pub const fn return_rule(&self) -> ReturnRule {
        ReturnRule {
            days: self.return_days.value.0,
            method: self.return_method.value,
            act: self.return_act.value,
            anchor: self.return_anchor.value,
        }
    }

    /// The same edition under another point of the span in which its clauses are in force.
    pub(super) const fn at(mut self, point: EditionPoint) -> Self {
        self.point = point;
        self
    }

    /// Key and digest: what a case keeps of it.
    #[must_use]
    pub const fn pin(&self) -> Pin {
        Pin {
            edition: self.point.key,
            digest: self.digest,
        }
    }

    /// Whether it says what a case with this pin is bound to (L9).
    ///
    /// The digest of the values decides. The key is how such an edition is found again: a span that
    /// was given a name since then says the same under it.
    #[must_use]
    pub fn has_pin(&self, pin: &Pin) -> bool {
        self.digest == pin.digest
    }
}

impl fmt::Display for Edition {
    /// One line a value: what it says, its sources and its standing.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let EditionPoint {
            key,
            day,
            site,
            channel,
        } = self.point;
        writeln!(
            f,
            "edition {key} ({} {}, {day})",
            site.word(),
            channel.word()
        )?;
        for FieldLine { field, text, cite } in self.lines() {
            let (sources, standing) = (&cite.sources, cite.standing.word());
            writeln!(f, "  {}: {text} [{sources}; {standing}]", field.word())?;
        }
        write!(f, "  digest: {}", self.digest)
    }
}

fn ruling<T: Clone + PartialEq>(
    clauses: &[Dated<T>],
    field: Field,
    point: EditionPoint,
) -> Result<Ruling<T>, ResolveError> {
    let EditionPoint {
        day, site, channel, ..
    } = point;
    let InForce {
        clause,
        first,
        next,
    } = in_force(clauses, day, site, channel).ok_or(ResolveError::NoClause {
        field,
        day,
        site,
        channel,
    })?;
    Ok(Ruling {
        value: clause.value.value.clone(),
        cite: Cite {
            sources: clause.value.sources.clone(),
            standing: clause.value.standing,
            since: clause.from,
            first,
            until: next.map(|clause| clause.from),
        },
        next: next.map(|clause| clause.value.value.clone()),
    })
}

/// The digest is taken over `name=text` lines: the values, not their sources, and not the key.
fn digest(lines: &[FieldLine<'_>]) -> Digest {
    let mut text = String::new();
    for line in lines {
        text.push_str(line.field.word());
        text.push('=');
        text.push_str(&line.text);
        text.push('\n');
    }
    Digest::of(text.as_bytes())
}
