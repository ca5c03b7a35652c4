//! Territories: which codes of provinces and communes cover a place.

use super::agency::Agency;
use super::identifier::place;

/// How a territory covers a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// It names the place itself.
    Exact,
    /// It names the province that the commune is in.
    Within,
    /// Neither.
    Outside,
}

/// How `territory` (codes of provinces, 2 digits, and communes, 5 digits) covers the province or commune `place`. Former
/// codes stand for what they became part of; of a commune that was divided, each part is meant.
pub fn fit(territory: &[String], place: &str) -> Fit {
    let names_it = |code: &String| code == place || is_one_place(code, place);
    if territory.iter().any(names_it) {
        return Fit::Exact;
    }
    let province = place::territory(place).map(|province| province.code.as_str());
    let covers = |code: &String| province.is_some_and(|province| code.len() == 2 && current_place(code) == province);
    if territory.iter().any(covers) {
        return Fit::Within;
    }
    Fit::Outside
}

/// Whether both codes stand for the same province or commune of today.
fn is_one_place(one: &str, other: &str) -> bool {
    match (one.len(), other.len()) {
        (2, 2) => current_place(one) == current_place(other),
        (5, 5) => {
            let others = place::current_communes(other);
            place::current_communes(one).iter().any(|code| others.contains(code))
        }
        _ => false,
    }
}

/// The code of a place as it is now: a former province's or commune's becomes its successor's; that of a commune which was
/// divided stays, as does any other.
pub fn current_place(code: &str) -> &str {
    match code.len() {
        2 => place::current_province(code).map_or(code, |province| province.code.as_str()),
        5 => match place::current_communes(code) {
            [only] => only,
            _ => code,
        },
        _ => code,
    }
}

impl Agency {
    /// The codes that it is competent for: those stated, else its commune, else its province; none if it states neither.
    pub fn effective_territory(&self) -> &[String] {
        if !self.territory.is_empty() {
            return &self.territory;
        }
        let own = [&self.commune_code, &self.province_code];
        own.into_iter()
            .find(|code| !code.is_empty())
            .map_or(&[], std::slice::from_ref)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(codes: &[&str]) -> Vec<String> {
        codes.iter().map(|code| (*code).to_owned()).collect()
    }

    #[test]
    fn a_commune_is_covered_by_its_own_code_before_its_province() {
        assert_eq!(fit(&codes(&["37", "13285"]), "13285"), Fit::Exact);
        assert_eq!(fit(&codes(&["37"]), "13285"), Fit::Within);
        assert_eq!(fit(&codes(&["01"]), "13285"), Fit::Outside);
        assert_eq!(fit(&codes(&["13285"]), "37"), Fit::Outside);
        assert_eq!(fit(&[], "37"), Fit::Outside);
    }

    #[test]
    fn a_former_province_stands_for_its_successor() {
        assert_eq!(current_place("35"), "37");
        assert_eq!(current_place("37"), "37");
        assert_eq!(current_place("13285"), "13285");
        assert_eq!(fit(&codes(&["35"]), "13285"), Fit::Within);
        assert_eq!(fit(&codes(&["35"]), "36"), Fit::Exact, "both are one province now");
    }

    #[test]
    fn a_former_commune_stands_for_what_it_became_part_of() {
        // Phường Vị Xuyên of the city of Nam Định is part of Phường Nam Định.
        assert_eq!(current_place("13636"), "13669");
        assert_eq!(fit(&codes(&["13669"]), "13636"), Fit::Exact);
        assert_eq!(fit(&codes(&["13636"]), "13669"), Fit::Exact);
        assert_eq!(fit(&codes(&["13285"]), "13636"), Fit::Outside);
        assert_eq!(fit(&codes(&["36"]), "13636"), Fit::Within);
    }

    #[test]
    fn each_office_of_a_divided_commune_may_be_right() {
        let divided = "13354";
        let parts = place::current_communes(divided);
        assert!(parts.len() > 1, "{divided} was divided");
        for part in parts {
            assert_eq!(fit(&codes(&[part]), divided), Fit::Exact, "{part}");
        }
        assert_eq!(current_place(divided), divided);
    }
}
