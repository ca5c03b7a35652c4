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

/// How `territory` (codes of provinces, 2 digits, and communes, 5 digits) covers the province or commune `place`.
pub fn fit(territory: &[String], place: &str) -> Fit {
    if territory.iter().any(|code| code == place) {
        return Fit::Exact;
    }
    let province = place::territory(place).map(|province| province.code.as_str());
    let covers = |code: &String| province.is_some() && current_place(code) == province.unwrap_or_default();
    if territory.iter().any(covers) {
        return Fit::Within;
    }
    Fit::Outside
}

/// The code of a place as it is now: a former province's code becomes its successor's; any other stays.
pub fn current_place(code: &str) -> &str {
    match code.len() {
        2 => place::current_province(code).map_or(code, |province| province.code.as_str()),
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
    }
}
