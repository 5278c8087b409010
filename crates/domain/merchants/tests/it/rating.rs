use chrono::{Duration, TimeZone as _, Utc};
use context::{Ctx, WriteTx};
use kernel::id::{MerchantId, MerchantOrderId, MerchantScoreId};
use kernel::{Fault as _, PageArgs};
use merchants::rating::{
    Conduct, ConductSource, Count, Crossing, ExcludeOrder, ExclusionTag, FULL, Fact, Formula, Metric, MetricRule,
    OverrideRating, Threshold, activate_formula, create_formula, end_override, exclude_order, falls, formula, formulas,
    include_order, note_conduct, orders_behind, override_rating, preview, rate, rate_due, rating, scores, what_if,
};
use merchants::{ChangeStatus, Merchant, Status, cards_by_ids, check, get, reopen};
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use testkit::TestEnv;

use super::{because, history, make};

/// What orders say, as a test says.
struct Says(Conduct);

impl ConductSource for Says {
    async fn conduct(&self, _: &WriteTx, _: MerchantOrderId) -> Result<Option<Conduct>, context::Error> {
        Ok(Some(self.0.clone()))
    }
}

/// An order of which this is known: `k` of one.
fn said(t: &TestEnv, merchant: MerchantId, facts: &[(Metric, i64)]) -> Says {
    let facts = facts.iter().map(|(metric, k)| Fact { metric: *metric, count: Count { k: *k, n: 1 } }).collect();
    Says(Conduct { merchant, number: "S-1".to_owned(), ordered_at: t.system().now(), facts })
}

async fn ordered(t: &TestEnv, merchant: &Merchant, facts: &[(Metric, i64)]) -> MerchantOrderId {
    let order = t.system().new_id();
    assert!(note_conduct(&t.system(), merchant.id, order, &said(t, merchant.id, facts)).await.unwrap());
    order
}

/// Late orders among all, and what that gives: 0 to 20 % over the days of a month, not smoothed.
fn late(weight: u32, threshold: Option<Threshold>) -> Formula {
    let rule = MetricRule {
        metric: Metric::LateShipment,
        window_days: 30,
        maturity_days: 0,
        prior_orders: 0,
        prior: 0,
        target: 0,
        worst: 200_000,
        weight,
    };
    let whole = MetricRule { metric: Metric::Acceptance, target: 1_000_000, worst: 0, weight: 1, ..rule };
    Formula { metrics: vec![rule, whole], threshold }
}

fn below(points: i64, grace_days: u32) -> Option<Threshold> {
    Some(Threshold { below: points * 1_000_000, grace_days, reason_code: "low_rating".to_owned() })
}

async fn in_force(ctx: &Ctx, formula: Formula) -> i64 {
    let version = create_formula(ctx, formula, "As agreed").await.unwrap().version;
    activate_formula(ctx, version).await.unwrap();
    version
}

async fn jobs(t: &TestEnv) -> i64 {
    let sql = "SELECT count(*) FROM job WHERE kind = 'rate_merchants.v1' AND state = 'ready'";
    let read = t.world.db.read();
    let row = read.query_one_raw(Statement::from_string(read.get_database_backend(), sql)).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

fn all() -> PageArgs {
    PageArgs::first(100)
}

testkit::both_databases! {
    async fn what_happened_is_counted_once_and_explained(t: TestEnv) {
        let (ctx, made) = (t.operator(), make(&t.operator(), "Kettle").await);
        let staff = t.merchant(made.id);
        let before = rating(&staff, made.id).await.unwrap();
        assert_eq!((before.score, before.standing.effective(ctx.now()), before.version), (None, None, 1));
        let order = ordered(&t, &made, &[(Metric::LateShipment, 1), (Metric::Defects, 0)]).await;
        ordered(&t, &made, &[(Metric::LateShipment, 0), (Metric::Defects, 0)]).await;
        // The same again changes nothing, and nobody is asked twice.
        let again = said(&t, made.id, &[(Metric::LateShipment, 1), (Metric::Defects, 0)]);
        assert!(!note_conduct(&t.system(), made.id, order, &again).await.unwrap());
        assert_eq!(jobs(&t).await, 1);
        rate(&t.system(), made.id).await.unwrap();
        rate(&t.system(), made.id).await.unwrap();
        let seen = rating(&staff, made.id).await.unwrap();
        let rated = seen.rated.unwrap();
        assert_eq!(seen.standing.effective(ctx.now()), Some(rated.rating));
        assert_eq!(rated.metrics.iter().map(|of| of.points).sum::<i64>(), rated.rating);
        assert_eq!(rated.metrics.iter().map(|of| of.cost()).sum::<i64>(), FULL - rated.rating);
        let late = rated.metrics.iter().find(|of| of.rule.metric == Metric::LateShipment).unwrap();
        // (1 + 50 * 2 %) / 52: two orders among fifty expected ones.
        assert_eq!((late.input.count, late.value), (Count { k: 1, n: 2 }, 38_462));
        assert_eq!(scores(&staff, made.id, &all()).await.unwrap().into_rows().len(), 1);
        // Down to the orders.
        let behind = async |costing| {
            let page = orders_behind(&staff, made.id, Metric::LateShipment, costing, &all()).await.unwrap();
            page.into_rows().into_iter().map(|of| (of.order.merchant_order, of.count.k)).collect::<Vec<_>>()
        };
        assert_eq!(behind(false).await.iter().map(|(_, k)| k).sum::<i64>(), 1);
        assert_eq!((behind(false).await.len(), behind(true).await), (2, vec![(order, 1)]));
        // What an order says may change.
        let mended = said(&t, made.id, &[(Metric::LateShipment, 0)]);
        assert!(note_conduct(&t.system(), made.id, order, &mended).await.unwrap());
        rate(&t.system(), made.id).await.unwrap();
        assert_eq!(behind(true).await, []);
        let history = scores(&staff, made.id, &all()).await.unwrap().into_rows();
        assert_eq!(history.len(), 2);
        assert!(history[0].0.rating > history[1].0.rating);
        assert_eq!(check::ratings(t.world.db.read()).await.unwrap(), Vec::<String>::new());
        // Another merchant sees none of it.
        let other = t.merchant(ctx.new_id());
        assert_eq!(rating(&other, made.id).await.unwrap_err().code(), "NOT_FOUND");
        assert_eq!(scores(&other, made.id, &all()).await.unwrap_err().code(), "NOT_FOUND");
        assert_eq!(preview(&staff, 1, false, &all()).await.unwrap_err().code(), "FORBIDDEN");
    }

    async fn a_preview_is_what_comes_out(t: TestEnv) {
        let ctx = t.operator();
        let mut made = Vec::new();
        for (n, late) in [0_i64, 1, 1, 0, 1].into_iter().enumerate() {
            let merchant = make(&ctx, &format!("Kettle {n}")).await;
            ordered(&t, &merchant, &[(Metric::LateShipment, late), (Metric::Acceptance, 1)]).await;
            rate(&t.system(), merchant.id).await.unwrap();
            made.push(merchant);
        }
        let low = create_formula(&ctx, late(3, below(50, 7)), "Late counts for more").await.unwrap();
        assert_eq!((low.version, low.active, low.note.as_str()), (2, false, "Late counts for more"));
        let seen = preview(&ctx, 2, false, &all()).await.unwrap().into_rows();
        assert_eq!(seen.len(), 5);
        assert_eq!(seen.iter().filter(|row| row.crossing == Some(Crossing::Falls)).count(), 3);
        let falling = preview(&ctx, 2, true, &PageArgs::first(2)).await.unwrap();
        assert!(falling.has_next);
        assert!(falling.into_rows().iter().all(|row| row.then == Some(25_000_000)));
        let active = activate_formula(&ctx, 2).await.unwrap();
        assert!(active.active && active.activated_at == Some(ctx.now()));
        assert_eq!(rate_due(&t.system(), 3).await.unwrap(), 3);
        assert_eq!(rate_due(&t.system(), 100).await.unwrap(), 2);
        assert_eq!(rate_due(&t.system(), 100).await.unwrap(), 0);
        for row in &seen {
            let now = rating(&ctx, row.merchant).await.unwrap();
            assert_eq!((now.version, now.standing.effective(ctx.now()), &now.rated), (2, row.then, &row.rated));
            assert_eq!(now.fall.is_some(), row.crossing.is_some());
            let stars = cards_by_ids(&ctx, &[row.merchant]).await.unwrap()[&row.merchant].stars;
            assert_eq!(stars, row.then.map(merchants::rating::stars));
        }
        // An older version can be put in force again; all recover then.
        let back = preview(&ctx, 1, true, &all()).await.unwrap().into_rows();
        assert!(back.len() == 3 && back.iter().all(|row| row.crossing == Some(Crossing::Recovers)));
        activate_formula(&ctx, 1).await.unwrap();
        rate_due(&t.system(), 100).await.unwrap();
        assert!(falls(&ctx, None, &all()).await.unwrap().into_rows().iter().all(|fall| fall.ended_at == Some(ctx.now())));
        let versions = formulas(&ctx, &all()).await.unwrap().into_rows();
        assert_eq!(versions.iter().map(|of| (of.version, of.active)).collect::<Vec<_>>(), [(2, false), (1, true)]);
        assert_eq!(formula(&ctx, None).await.unwrap().version, 1);
        assert_eq!(check::ratings(t.world.db.read()).await.unwrap(), Vec::<String>::new());
    }

    async fn a_low_rating_is_warned_then_restricted_once_until_it_recovers(t: TestEnv) {
        let (ctx, made) = (t.operator(), make(&t.operator(), "Kettle").await);
        in_force(&ctx, late(3, below(50, 7))).await;
        let order = ordered(&t, &made, &[(Metric::LateShipment, 1)]).await;
        let now = async || { rate_due(&t.system(), 100).await.unwrap(); get(&ctx, made.id).await.unwrap() };
        rate(&t.system(), made.id).await.unwrap();
        let fall = rating(&t.merchant(made.id), made.id).await.unwrap().fall.unwrap();
        assert_eq!((fall.rating, fall.below, fall.restrict_at), (0, 50_000_000, ctx.now() + Duration::days(7)));
        t.clock.advance(Duration::days(7) - Duration::seconds(1));
        assert_eq!(now().await.status, Status::Active);
        t.clock.advance(Duration::seconds(1));
        let restricted = now().await;
        assert_eq!((restricted.status, restricted.reason_code.as_deref()), (Status::Restricted, Some("low_rating")));
        assert_eq!(restricted.status_reason.as_deref(), Some("the rating stayed below the threshold"));
        // The operator lifts it: for the same fall there is no second restriction.
        let open = reopen(&ctx, because(&restricted, "They hired somebody")).await.unwrap();
        t.clock.advance(Duration::days(3));
        assert_eq!(now().await.version, open.version);
        // It recovers and falls again: that is another fall.
        let mended = said(&t, made.id, &[(Metric::LateShipment, 0)]);
        note_conduct(&t.system(), made.id, order, &mended).await.unwrap();
        rate(&t.system(), made.id).await.unwrap();
        assert_eq!(rating(&ctx, made.id).await.unwrap().fall, None);
        note_conduct(&t.system(), made.id, order, &said(&t, made.id, &[(Metric::LateShipment, 1)])).await.unwrap();
        rate(&t.system(), made.id).await.unwrap();
        t.clock.advance(Duration::days(7));
        assert_eq!(now().await.status, Status::Restricted);
        note_conduct(&t.system(), made.id, order, &said(&t, made.id, &[(Metric::LateShipment, 0)])).await.unwrap();
        rate(&t.system(), made.id).await.unwrap();
        let open = get(&ctx, made.id).await.unwrap();
        assert_eq!((open.status, open.reason_code.as_deref()), (Status::Active, Some("rating_recovered")));
        let fallen = falls(&ctx, Some(made.id), &all()).await.unwrap().into_rows();
        assert_eq!(fallen.iter().filter(|fall| fall.restricted_at.is_some() && fall.ended_at.is_some()).count(), 2);
        let done: Vec<_> = history(&ctx, &made).await.into_iter().map(|row| row.action).collect();
        assert_eq!(done, ["reopened", "restricted", "reopened", "restricted", "created"]);
    }

    async fn a_restriction_by_others_outlasts_the_rating(t: TestEnv) {
        let (ctx, made) = (t.operator(), make(&t.operator(), "Kettle").await);
        in_force(&ctx, late(3, below(50, 0))).await;
        let order = ordered(&t, &made, &[(Metric::LateShipment, 1)]).await;
        // Without a time of grace warning and restriction are one.
        rate(&t.system(), made.id).await.unwrap();
        let restricted = get(&ctx, made.id).await.unwrap();
        assert_eq!(restricted.status, Status::Restricted);
        t.clock.advance(Duration::seconds(1));
        let fraud = ChangeStatus { reason_code: Some("fraud".to_owned()), ..because(&restricted, "Worse") };
        merchants::suspend(&ctx, fraud).await.unwrap();
        note_conduct(&t.system(), made.id, order, &said(&t, made.id, &[(Metric::LateShipment, 0)])).await.unwrap();
        rate(&t.system(), made.id).await.unwrap();
        assert_eq!(get(&ctx, made.id).await.unwrap().status, Status::Suspended);
        assert_eq!(rating(&ctx, made.id).await.unwrap().fall, None);
    }

    async fn an_override_counts_for_its_time(t: TestEnv) {
        let (ctx, made) = (t.operator(), make(&t.operator(), "Kettle").await);
        in_force(&ctx, late(1, below(50, 30))).await;
        ordered(&t, &made, &[(Metric::LateShipment, 1)]).await;
        rate(&t.system(), made.id).await.unwrap();
        let input = |version, rating: i64, until| OverrideRating {
            merchant: made.id, expected_version: version, rating, reason: "A strike".to_owned(), until,
        };
        let until = ctx.now() + Duration::hours(3);
        assert_eq!(override_rating(&ctx, input(1, FULL + 1, until)).await.unwrap_err().field().as_deref(), Some("rating"));
        assert_eq!(override_rating(&ctx, input(1, 0, ctx.now())).await.unwrap_err().field().as_deref(), Some("until"));
        assert_eq!(override_rating(&t.merchant(made.id), input(1, 0, until)).await.unwrap_err().code(), "FORBIDDEN");
        let over = override_rating(&ctx, input(1, 90_000_000, until)).await.unwrap();
        assert_eq!((over.version, over.rating, over.effective(ctx.now())), (2, Some(0), Some(90_000_000)));
        assert_eq!(override_rating(&ctx, input(1, 1, until)).await.unwrap_err().code(), "STALE_VERSION");
        assert_eq!(rating(&ctx, made.id).await.unwrap().fall, None);
        let card = async || cards_by_ids(&ctx, &[made.id]).await.unwrap()[&made.id].stars;
        assert_eq!(card().await, Some(460));
        // The clock ends it.
        t.clock.advance(Duration::hours(3));
        assert_eq!(rate_due(&t.system(), 10).await.unwrap(), 1);
        assert_eq!(card().await, Some(100));
        assert!(rating(&ctx, made.id).await.unwrap().fall.is_some());
        let over = override_rating(&ctx, input(2, 70_000_000, ctx.now() + Duration::days(1))).await.unwrap();
        let ended = end_override(&ctx, made.id, over.version).await.unwrap();
        assert_eq!((ended.override_, ended.version), (None, 4));
        assert_eq!(end_override(&ctx, made.id, 4).await.unwrap_err().code(), "NOT_FOUND");
    }

    async fn an_order_that_nobody_could_help_counts_for_nothing(t: TestEnv) {
        let (ctx, made) = (t.operator(), make(&t.operator(), "Kettle").await);
        in_force(&ctx, late(1, None)).await;
        let strike = ordered(&t, &made, &[(Metric::LateShipment, 1)]).await;
        ordered(&t, &made, &[(Metric::LateShipment, 0)]).await;
        let counted = async || rating(&ctx, made.id).await.unwrap().rated.unwrap().metrics[0].input.count;
        rate(&t.system(), made.id).await.unwrap();
        assert_eq!(counted().await, Count { k: 1, n: 2 });
        let exclude = |expected_version, reason: &str| ExcludeOrder {
            merchant_order: strike, expected_version, tag: ExclusionTag::ForceMajeure, reason: reason.to_owned(),
        };
        assert_eq!(exclude_order(&ctx, exclude(1, " ")).await.unwrap_err().field().as_deref(), Some("reason"));
        assert_eq!(exclude_order(&t.merchant(made.id), exclude(1, "Strike")).await.unwrap_err().code(), "FORBIDDEN");
        let excluded = exclude_order(&ctx, exclude(1, "Strike")).await.unwrap();
        assert_eq!(counted().await, Count { k: 0, n: 1 });
        assert_eq!(exclude_order(&ctx, exclude(1, "Strike")).await.unwrap_err().code(), "STALE_VERSION");
        // What happens to it later counts neither, and it is listed with its reason.
        note_conduct(&t.system(), made.id, strike, &said(&t, made.id, &[(Metric::LateShipment, 1), (Metric::Acceptance, 0)])).await.unwrap();
        rate(&t.system(), made.id).await.unwrap();
        assert_eq!(counted().await, Count { k: 0, n: 1 });
        let behind = orders_behind(&t.merchant(made.id), made.id, Metric::LateShipment, true, &all()).await.unwrap().into_rows();
        assert_eq!(behind[0].order.excluded.as_ref().unwrap().reason, "Strike");
        assert_eq!(check::ratings(t.world.db.read()).await.unwrap(), Vec::<String>::new());
        include_order(&ctx, strike, excluded.version).await.unwrap();
        assert_eq!(counted().await, Count { k: 1, n: 2 });
    }

    async fn a_what_if_changes_counts_and_keeps_nothing(t: TestEnv) {
        let (ctx, made) = (t.operator(), make(&t.operator(), "Kettle").await);
        in_force(&ctx, late(1, None)).await;
        ordered(&t, &made, &[(Metric::LateShipment, 1)]).await;
        rate(&t.system(), made.id).await.unwrap();
        let staff = t.merchant(made.id);
        let if_late = |k, n| [(Metric::LateShipment, Count { k, n })];
        assert_eq!(what_if(&staff, made.id, &[]).await.unwrap().unwrap().rating, 0);
        // 10 % is half way to the worst.
        assert_eq!(what_if(&staff, made.id, &if_late(1, 10)).await.unwrap().unwrap().rating, 50_000_000);
        let fault = async |changes: &[(Metric, Count)]| {
            let fault = what_if(&staff, made.id, changes).await.unwrap_err();
            (fault.code(), fault.field().unwrap())
        };
        assert_eq!(fault(&if_late(2, 1)).await, ("OUT_OF_RANGE", "changes.0.k".to_owned()));
        assert_eq!(fault(&if_late(0, -1)).await, ("OUT_OF_RANGE", "changes.0.n".to_owned()));
        assert_eq!(fault(&[(Metric::Refunds, Count::default())]).await, ("NOT_RATED", "changes.0.metric".to_owned()));
        assert_eq!(fault(&[if_late(0, 1)[0], if_late(0, 1)[0]]).await, ("DUPLICATE", "changes.1.metric".to_owned()));
        assert_eq!(scores(&ctx, made.id, &all()).await.unwrap().into_rows().len(), 1);
    }

    async fn old_orders_leave_the_window(t: TestEnv) {
        let (ctx, made) = (t.operator(), make(&t.operator(), "Kettle").await);
        in_force(&ctx, late(1, None)).await;
        ordered(&t, &made, &[(Metric::LateShipment, 1)]).await;
        rate(&t.system(), made.id).await.unwrap();
        let rated = async || {
            rate_due(&t.system(), 10).await.unwrap();
            rating(&ctx, made.id).await.unwrap().standing.effective(ctx.now())
        };
        t.clock.advance(Duration::days(29));
        assert_eq!(rated().await, Some(0));
        t.clock.advance(Duration::days(1));
        // Nothing is known any more, so there is no rating.
        assert_eq!(rated().await, None);
        assert_eq!(cards_by_ids(&ctx, &[made.id]).await.unwrap()[&made.id].stars, None);
    }

    async fn many_facts_and_many_computations_at_once_count_once(t: TestEnv) {
        let (ctx, made) = (t.operator(), make(&t.operator(), "Kettle").await);
        in_force(&ctx, late(1, below(50, 0))).await;
        let before = jobs(&t).await;
        let order: MerchantOrderId = ctx.new_id();
        let told: Vec<_> = (0..12).map(|_| {
            let (ctx, says, merchant) = (t.system(), said(&t, made.id, &[(Metric::LateShipment, 1)]), made.id);
            tokio::spawn(async move { note_conduct(&ctx, merchant, order, &says).await.unwrap() })
        }).collect();
        let mut changed = 0;
        for run in told {
            changed += usize::from(run.await.unwrap());
        }
        assert_eq!((changed, jobs(&t).await - before), (1, 1));
        let runs: Vec<_> = (0..12).map(|_| {
            let (ctx, merchant) = (t.system(), made.id);
            tokio::spawn(async move { rate(&ctx, merchant).await.unwrap() })
        }).collect();
        for run in runs {
            run.await.unwrap();
        }
        assert_eq!(scores(&ctx, made.id, &all()).await.unwrap().into_rows().len(), 1);
        let fallen = falls(&ctx, Some(made.id), &all()).await.unwrap().into_rows();
        assert_eq!(fallen.len(), 1);
        let steps = merchants::steps(&ctx, Some(made.id), &all()).await.unwrap().into_rows();
        assert_eq!(steps.iter().filter(|step| step.transition == "restrict").count(), 1);
    }

    async fn versions_written_at_once_have_numbers_of_their_own(t: TestEnv) {
        let runs: Vec<_> = (0..8).map(|n| {
            let ctx = t.operator();
            tokio::spawn(async move { create_formula(&ctx, late(n + 1, None), "One of many").await.unwrap().version })
        }).collect();
        let mut versions = Vec::new();
        for run in runs {
            versions.push(run.await.unwrap());
        }
        versions.sort_unstable();
        assert_eq!(versions, (2..10).collect::<Vec<_>>());
        let unknown = Threshold { reason_code: "moods".to_owned(), ..below(50, 1).unwrap() };
        let fault = create_formula(&t.operator(), late(1, Some(unknown)), "No").await.unwrap_err();
        assert_eq!((fault.code(), fault.field().as_deref()), ("UNKNOWN_REASON", Some("threshold.reasonCode")));
        assert_eq!(activate_formula(&t.operator(), 99).await.unwrap_err().code(), "NOT_FOUND");
    }

    async fn what_souk_brings_along_is_a_good_formula(t: TestEnv) {
        let first = formula(&t.operator(), None).await.unwrap();
        assert_eq!((first.version, first.author_name.as_str(), first.active), (1, "Souk", true));
        assert_eq!(first.created_at, Utc.with_ymd_and_hms(2026, 1, 1, 0, 0, 0).unwrap());
        // What could be written by hand is good.
        create_formula(&t.operator(), first.formula, "The same").await.unwrap();
    }

    /// F3: a rating is what its stored inputs come to.
    async fn a_score_that_its_inputs_do_not_come_to_is_found(t: TestEnv) {
        let made = make(&t.operator(), "Kettle").await;
        let id: MerchantScoreId = t.operator().new_id();
        let backend = t.world.db.backend();
        let mark = |n: u32| if backend == DbBackend::Postgres { format!("${n}") } else { "?".to_owned() };
        let sql = format!(
            "INSERT INTO merchant_score (id, merchant_id, formula_version, inputs, rating, known, computed_at)
            VALUES ({}, {}, 1, {}, 99000000, TRUE, {})", mark(1), mark(2), mark(3), mark(4),
        );
        let inputs = r#"[{"metric":"defects","from":"2026-01-01","until":"2026-02-01","k":1,"n":2}]"#;
        let values = [id.into(), made.id.into(), inputs.into(), t.operator().now().into()];
        let tx = t.world.db.begin_write().await.unwrap();
        tx.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await.unwrap();
        tx.commit().await.unwrap();
        let found = check::ratings(t.world.db.read()).await.unwrap();
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("99000000"), "{found:?}");
    }
}
