//! Acting in the place of somebody of a merchant.

use access::Action;
use chrono::Duration;
use context::Ctx;
use history::Change;
use identity::{Error, ImpersonationBegin, RoleName, SignedIn, Team};
use kernel::PageArgs;
use kernel::id::{MerchantId, UserId};

use crate::support::{PASSWORD, bearer, code, count, owner, person, sign_in, signed_in, verified};

const STOCK: Action = Action::new("stock", "read");
const EDIT: Action = Action::new("product", "edit");

fn asked(user: UserId, merchant: MerchantId) -> ImpersonationBegin {
    let reason = "asked for help by phone".to_owned();
    ImpersonationBegin { user, merchant, reason, minutes: 30, beyond_own_rights: false }
}

async fn begin(ctx: &Ctx, user: UserId, merchant: MerchantId, beyond: bool) -> Result<SignedIn, Error> {
    let input = ImpersonationBegin { beyond_own_rights: beyond, ..asked(user, merchant) };
    identity::impersonation_begin(ctx, input).await
}

testkit::both_databases! {
    async fn who_acts_in_anothers_place_has_the_rights_of_both(t: TestEnv) {
        let (merchant, ann) = owner(&t, "ann@example.org").await;
        let support = person(&t, "sanna@souk.example", Team::Operator, RoleName::OperatorSupport).await;
        let sanna = signed_in(&t, "sanna@souk.example").await;
        let signed = begin(&sanna, ann.user, merchant, false).await.unwrap();
        let acting = bearer(&t, &signed.token, None).await.unwrap();
        assert_eq!((acting.actor().user(), acting.actor().on_behalf_of()), (Some(support.user), Some(ann.user)));
        assert_eq!(acting.authorize(STOCK).unwrap().scope(), access::Scope::Merchant(merchant));
        assert!(!acting.may(EDIT), "support edits no products itself");
        for right in [identity::actions::ACCOUNT_OWN, identity::actions::MEMBER_MANAGE, identity::actions::IMPERSONATE] {
            assert!(!acting.may(right), "{right}");
        }
        let long = ImpersonationBegin { minutes: 61, ..asked(ann.user, merchant) };
        assert_eq!(code(identity::impersonation_begin(&sanna, long).await), "OUT_OF_RANGE");
        let silent = ImpersonationBegin { reason: " ".to_owned(), ..asked(ann.user, merchant) };
        assert_eq!(code(identity::impersonation_begin(&sanna, silent).await), "REQUIRED");
        assert_eq!(code(begin(&sanna, ann.user, merchant, true).await), "FORBIDDEN");
        assert_eq!(code(begin(&acting, ann.user, merchant, false).await), "FORBIDDEN");
        assert_eq!(code(begin(&signed_in(&t, "ann@example.org").await, ann.user, merchant, false).await), "FORBIDDEN");
        assert_eq!(code(begin(&sanna, ann.user, t.system().new_id(), false).await), "NOT_FOUND");
        assert_eq!(code(bearer(&t, &signed.token, Some(t.system().new_id())).await), "NOT_A_MEMBER");
    }

    async fn every_change_names_both_and_nothing_sensitive_is_done(t: TestEnv) {
        let (merchant, ann) = owner(&t, "ann@example.org").await;
        person(&t, "root@souk.example", Team::Operator, RoleName::OperatorAdmin).await;
        let root = signed_in(&t, "root@souk.example").await;
        let signed = begin(&root, ann.user, merchant, true).await.unwrap();
        let acting = bearer(&t, &signed.token, None).await.unwrap();
        assert!(acting.may(EDIT));
        let own = signed_in(&t, "ann@example.org").await;
        // What the person alone, a fresh proof, or a second person is asked for.
        for (resource, verb) in [
            ("account", "own"), ("member", "manage"), ("role", "manage"), ("api_key", "manage"),
            ("merchant_bank", "edit"), ("impersonation", "begin"),
        ] {
            let right = Action::new(resource, verb);
            assert!(!acting.may(right), "{right}");
            assert!(own.may(right) || resource == "impersonation", "{right}");
        }
        assert_eq!(code(acting.require_fresh().map_err(Error::from)), "REAUTHENTICATION_REQUIRED");
        let password = identity::Proof::Password(PASSWORD.to_owned());
        assert_eq!(code(identity::reauthenticate(&acting, &password).await), "FORBIDDEN");
        let key = identity::ApiKeyCreate {
            name: "ERP".to_owned(), scope: identity::ApiKeyScope::Merchant(merchant),
            role: RoleName::MerchantOwner.into(), expires_at: None,
        };
        assert_eq!(code(identity::api_key_create(&acting, key).await), "FORBIDDEN");
        for ctx in [&acting, &own] {
            let mut tx = ctx.begin_write().await.unwrap();
            tx.record(Change::new("shelf", "1", "counted").of_merchant(merchant));
            tx.commit().await.unwrap();
        }
        let page = PageArgs::first(9);
        let mine = own;
        let changes = context::changes(&mine, &history::ChangeFilter::of("shelf", "1"), &page).await.unwrap().into_rows();
        let behalf: Vec<_> = changes.iter().map(|change| (change.actor.clone(), change.on_behalf_of.clone())).collect();
        let (of_root, of_ann) = (root.actor().id(), ann.user.to_string());
        assert_eq!(behalf, [(of_ann.clone(), None), (of_root, Some(of_ann))]);
        // The person sees it, why, and by whom, and ends it.
        let listed = identity::sessions(&mine, &page).await.unwrap().into_rows();
        let theirs = listed.iter().find_map(|session| Some((session.id, session.impersonation.clone()?))).unwrap();
        assert_eq!((theirs.1.reason.as_str(), Some(theirs.1.by)), ("asked for help by phone", root.actor().user()));
        identity::session_revoke(&mine, theirs.0).await.unwrap();
        assert_eq!(code(bearer(&t, &signed.token, None).await), "UNAUTHENTICATED");
        let of_merchant = "change_log WHERE action = 'impersonation_begun' AND merchant_id IS NOT NULL AND reason IS NOT NULL";
        assert_eq!(count(&t, of_merchant).await, 1);
    }

    async fn it_ends_by_itself_and_with_the_right_to_it(t: TestEnv) {
        let (merchant, ann) = owner(&t, "ann@example.org").await;
        let held = person(&t, "sanna@souk.example", Team::Operator, RoleName::OperatorSupport).await;
        person(&t, "root@souk.example", Team::Operator, RoleName::OperatorAdmin).await;
        let token = sign_in(&t, "sanna@souk.example").await.token;
        let sanna = async || bearer(&t, &token, None).await.unwrap();
        let first = begin(&sanna().await, ann.user, merchant, false).await.unwrap();
        t.clock.advance(Duration::minutes(12));
        bearer(&t, &first.token, None).await.unwrap();
        t.clock.advance(Duration::minutes(18));
        assert_eq!(code(bearer(&t, &first.token, None).await), "UNAUTHENTICATED", "use does not make it longer");
        assert_eq!(code(begin(&sanna().await, ann.user, merchant, false).await), "REAUTHENTICATION_REQUIRED");
        let fresh = signed_in(&t, "sanna@souk.example").await;
        let second = begin(&fresh, ann.user, merchant, false).await.unwrap();
        let acting = bearer(&t, &second.token, None).await.unwrap();
        identity::impersonation_end(&acting).await.unwrap();
        assert_eq!(code(bearer(&t, &second.token, None).await), "UNAUTHENTICATED");
        assert_eq!(code(identity::impersonation_end(&fresh).await), "FORBIDDEN");
        let third = begin(&fresh, ann.user, merchant, false).await.unwrap();
        let root = signed_in(&t, "root@souk.example").await;
        identity::member_remove(&root, held.id).await.unwrap();
        assert_eq!(code(bearer(&t, &third.token, None).await), "UNAUTHENTICATED");
        // It goes with the sessions of whoever began it, and with the place of whom it is about.
        let fourth = begin(&root, ann.user, merchant, false).await.unwrap();
        bearer(&t, &fourth.token, None).await.unwrap();
        let whose = root.actor().user().unwrap();
        let over = identity::UserSessionsRevoke { user: whose, session: None, reason: "stolen".to_owned() };
        identity::user_sessions_revoke(&t.operator(), over).await.unwrap();
        assert_eq!(code(bearer(&t, &fourth.token, None).await), "UNAUTHENTICATED");
        verified(&t).await;
    }
}
