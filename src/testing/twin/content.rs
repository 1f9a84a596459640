//! What the documents say of what is applied for (3.13).

use std::sync::Arc;
use std::vec;
use std::vec::Vec;

use super::account::Applied;
use super::judge::Says::{No, Unknown, Yes};
use super::judge::{Question, Says, only};
use crate::model::{
    CsrFacts, DomainName, KeyKind, KeySource, NameKind, Possession, Product, Submission,
    ValidationClass, ValidationMethod,
};
use crate::rulebook::FileForWildcard;

impl Question<'_> {
    /// 3.13: what an application must be like.
    pub(super) fn content(&self, product: Product, submission: &Submission) -> Says {
        let rules = self.conduct;
        let dv = product.class == ValidationClass::Dv;
        only!(
            dv || !rules.dv_only().value.contains(submission.operation()),
            "the operation takes DV codes only"
        );
        only!(
            dv || submission.applicant().company().is_some(),
            "OV and EV need a company"
        );
        let key = match submission.key() {
            KeySource::Own(csr) => csr.key(),
            KeySource::ServiceMade(kind) => *kind,
        };
        if let KeyKind::Rsa { bits } = key {
            only!(
                bits >= rules.csr().value.rsa_min_bits,
                "the key is too short"
            );
        }
        if let Some(csr) = submission.csr() {
            // Of signing requests the twin knows the plain ones.
            let plain = csr.possession() == Possession::Proved
                && csr.alt_names().is_empty()
                && csr.rsa().is_none()
                && csr.common_names().len() == 1;
            if !plain || !rules.csr().value.permits_hash(csr.hash()) {
                return Unknown;
            }
            let named = csr.common_name().and_then(|name| name.domain());
            let Some(named) = named else { return Unknown };
            let given = submission.names();
            only!(
                given.len() < 2 || given.contains(named),
                "the CN is not among the domains"
            );
        }
        let names = names_of(submission);
        let wild = product.names == NameKind::Wildcard;
        only!(
            names.len() <= usize::from(rules.name_limit().value.0),
            "too many domains"
        );
        only!(
            names
                .iter()
                .all(|name| name.as_str().starts_with("*.") == wild),
            "all single or all wildcard, as the product is"
        );
        only!(
            !(wild && submission.method() == ValidationMethod::File)
                || rules.file_for_wildcard().value == FileForWildcard::Proves,
            "file validation of wildcards has ended"
        );
        let known = [".com", ".net", ".org"];
        if names
            .iter()
            .any(|name| known.iter().all(|top| !name.as_str().ends_with(top)))
        {
            return Unknown;
        }
        if rules.csr().value.permits_key(key) {
            Yes
        } else {
            No("the key is not of an accepted kind")
        }
    }
}

/// The names that a certificate will carry: "CN wins over Domain", several domains stand as given.
pub(super) fn names_of(submission: &Submission) -> Vec<DomainName> {
    let given = submission.names();
    let named = submission
        .csr()
        .and_then(|csr| csr.common_name())
        .and_then(|name| name.domain());
    match named {
        Some(named) if given.len() < 2 => vec![named.clone()],
        Some(_) | None => given.to_vec(),
    }
}

/// What a slot is applied for with.
pub(super) fn applied(submission: &Arc<Submission>, edition: usize) -> Applied {
    Applied {
        submission: submission.clone(),
        names: names_of(submission),
        key: submission.csr().map(CsrFacts::spki),
        challenge: None,
        edition,
    }
}
