//! The Fatherland Front reads sums of the enforcement agencies of its province, and nothing else.

use lienthong::domain::report::{Parameter, Report};

use super::{page, run};
use crate::harness::agencies::{BANK, FATHERLAND_FRONT_37, THADS, THADS_37};
use crate::harness::wire::reason;
use crate::lives::world::World;

backends! {
    async fn the_fatherland_front_reads_sums_of_its_province_and_opens_nothing(database) {
        let world = World::start(&database).await;
        super::figures::open_cases(&world, THADS_37).await;
        let front = world.client(FATHERLAND_FRONT_37);
        let of = THADS_37.code_text();
        let mut read = 0;
        for report in Report::ALL.iter().copied().filter(|report| report.takes(Parameter::Agency)) {
            let figure = report.figures().first().map(|figure| format!("&figure={figure}"));
            let reference = format!("{report}?agency={of}{}", figure.unwrap_or_default());
            match run(front, &reference).await {
                Ok(told) => {
                    assert!(report.is_public(), "{report}");
                    assert!(!told.to_string().contains("\"lists\""), "{report}: {told}");
                    let printed = page(front, &reference).await;
                    for name in [THADS_37.officer().full_name.as_str(), "Nguyễn Văn Giả", "21101/QĐ-THADS"] {
                        assert!(!printed.contains(name), "{report}: {name}");
                    }
                    read += 1;
                }
                Err(status) => {
                    assert_eq!(reason(&status), "AGENCY_NOT_FOUND", "{report}");
                    assert!(!report.is_public(), "{report}");
                }
            }
        }
        assert_eq!(read, Report::ALL.iter().filter(|report| report.is_public()).count());
        for (by, reference) in [
            (FATHERLAND_FRONT_37, format!("results-cases?agency={of}&by=officer")),
            (FATHERLAND_FRONT_37, format!("results-cases?agency={of}&officer=-")),
            (FATHERLAND_FRONT_37, format!("case-ages?agency={of}&by=officer")),
            (FATHERLAND_FRONT_37, format!("publications?agency={of}&by=officer")),
            // What narrows a sum could single out one case.
            (FATHERLAND_FRONT_37, format!("results-cases?agency={of}&unit=-")),
            (FATHERLAND_FRONT_37, format!("results-cases?agency={of}&tag=CREDIT")),
            (FATHERLAND_FRONT_37, format!("results-cases?agency={of}&initiative=ON_REQUEST")),
            (FATHERLAND_FRONT_37, format!("results-cases?agency={}", THADS.code_text())),
            (FATHERLAND_FRONT_37, format!("results-cases?agency={}", BANK.code_text())),
            (BANK, format!("results-cases?agency={of}")),
        ] {
            let refused = run(world.client(by), &reference).await.expect_err("not public");
            assert_eq!(reason(&refused), "AGENCY_NOT_FOUND", "{reference}");
        }
        world.end(&database).await;
    }
}
