//! The catalogue as a whole: what is embedded is sound, and what is broken is named.

use super::*;

#[test]
fn the_embedded_catalogue_is_sound() {
    if let Err(broken) = Catalogue::embedded() {
        panic!("{broken}");
    }
}
