//! Minutes that freeze wait for their decision: the office is reminded while there is time.

use crate::harness::agencies::{BANK, THADS};

use super::world::{World, told};

backends! {
    async fn the_office_is_reminded_four_hours_before_the_decision_is_due(database) {
        let world = World::start(&database).await;
        let id = world.open("urgent-freeze", THADS, BANK).await;
        let of_the_decision = async || -> Vec<(String, String)> {
            let all = told(&database, &id).await.into_iter().filter(|told| told.details.notice.is_some());
            let of_it = all.filter(|told| told.notice().clock == "issue");
            of_it.map(|told| (told.action.clone(), told.at.civil().strftime("%d/%m %H:%M").to_string())).collect()
        };
        world.at("2026-11-21T04:29:00").await;
        assert_eq!(of_the_decision().await, []);
        world.at("2026-11-21T04:30:00").await;
        let mut wanted = vec![("remind".to_owned(), "21/11 04:30".to_owned())];
        assert_eq!(of_the_decision().await, wanted);
        world.at("2026-11-21T08:31:00").await;
        wanted.push(("overdue".to_owned(), "21/11 08:31".to_owned()));
        assert_eq!(of_the_decision().await, wanted);
        world.end(&database).await;
    }
}
