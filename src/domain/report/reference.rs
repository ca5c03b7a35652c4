//! A report with its parameters in one line, as tables print it and `lienthong report run` takes it:
//! `request-list?agency=GIA-LAP.NH.970901&period=2026-11&figure=answered_late`.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use super::catalogue::Report;
use super::parameter::Parameter;

/// A report and what it takes; parameters that are left out are those of its description.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The report.
    pub report: Report,
    parameters: BTreeMap<Parameter, String>,
}

/// A text that names no report with its parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a report's code, or code?name=value&name=value")]
pub struct MalformedReference;

impl Reference {
    /// The report without parameters.
    pub const fn to(report: Report) -> Self {
        Self {
            report,
            parameters: BTreeMap::new(),
        }
    }

    /// With a parameter.
    #[must_use]
    pub fn with(mut self, parameter: Parameter, value: impl fmt::Display) -> Self {
        self.parameters.insert(parameter, value.to_string());
        self
    }

    /// With a parameter, if there is a value.
    #[must_use]
    pub fn with_some(self, parameter: Parameter, value: Option<impl fmt::Display>) -> Self {
        match value {
            Some(value) => self.with(parameter, value),
            None => self,
        }
    }

    /// Its parameters, in their order.
    pub fn parameters(&self) -> impl Iterator<Item = (Parameter, &str)> {
        self.parameters
            .iter()
            .map(|(parameter, value)| (*parameter, value.as_str()))
    }

    /// The command that opens it.
    pub fn command(&self) -> String {
        format!("lienthong report run '{self}'")
    }
}

/// What must be written otherwise: what ends a value, a quote or a word.
fn is_special(c: char) -> bool {
    matches!(c, '%' | '&' | '=' | '?' | '#' | '\'' | '"' | '\\') || c.is_whitespace() || c.is_control()
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.report.as_str())?;
        for (index, (parameter, value)) in self.parameters.iter().enumerate() {
            write!(f, "{}{parameter}=", if index == 0 { '?' } else { '&' })?;
            for c in value.chars() {
                if is_special(c) {
                    let mut bytes = [0; 4];
                    for byte in c.encode_utf8(&mut bytes).bytes() {
                        write!(f, "%{byte:02X}")?;
                    }
                } else {
                    write!(f, "{c}")?;
                }
            }
        }
        Ok(())
    }
}

impl FromStr for Reference {
    type Err = MalformedReference;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (report, rest) = text
            .split_once('?')
            .map_or((text, None), |(one, rest)| (one, Some(rest)));
        let mut reference = Self::to(report.parse().or(Err(MalformedReference))?);
        for pair in rest.into_iter().flat_map(|rest| rest.split('&')) {
            let (name, value) = pair.split_once('=').ok_or(MalformedReference)?;
            let parameter: Parameter = name.parse().or(Err(MalformedReference))?;
            if reference.parameters.insert(parameter, plain(value)?).is_some() {
                return Err(MalformedReference);
            }
        }
        Ok(reference)
    }
}

fn plain(value: &str) -> Result<String, MalformedReference> {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        if *first == b'%' {
            let (digits, after) = rest.split_at_checked(2).ok_or(MalformedReference)?;
            let digits = std::str::from_utf8(digits).or(Err(MalformedReference))?;
            if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
                return Err(MalformedReference);
            }
            bytes.push(u8::from_str_radix(digits, 16).or(Err(MalformedReference))?);
            rest = after;
        } else {
            bytes.push(*first);
        }
    }
    String::from_utf8(bytes).or(Err(MalformedReference))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_comes_back_from_its_text_whatever_its_values_hold() {
        let reference = Reference::to(Report::RequestList)
            .with(Parameter::Figure, "answered_late")
            .with(Parameter::Agency, "GIA-LAP.NH.970901")
            .with(Parameter::Series, "2026/QĐST-HNGĐ & '%'");
        let text = reference.to_string();
        assert_eq!(
            text,
            "request-list?agency=GIA-LAP.NH.970901&figure=answered_late&series=2026/QĐST-HNGĐ%20%26%20%27%25%27"
        );
        assert_eq!(text.parse(), Ok(reference));
        assert_eq!("sources".parse(), Ok(Reference::to(Report::Sources)));
    }

    #[test]
    fn what_names_no_report_is_refused() {
        for text in [
            "",
            "?",
            "sources?",
            "nothing",
            "sources?color=1",
            "sources?unit",
            "sources?unit=%4",
            "sources?unit=%zz",
            "sources?unit=%FF",
            "sources?unit=a&unit=b",
        ] {
            assert_eq!(text.parse::<Reference>(), Err(MalformedReference), "{text:?}");
        }
    }
}
