//! One run.

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};

use access::{Actor, Principal, Role, Scope, Seat};
use context::{Ctx, Origin, World};
use kernel::ManualClock;
use kernel::id::{CustomerId, MerchantId, PayoutId, UserId};
use mail::{Captured, Mailer, Templates};
use outbox::Dispatcher;
use payments::Providers;
use payments::provider::{Chaos, Sandbox};
use storage::embedded::{Embedded, Keys};
use storage::{ObjectStore, Settings};
use testkit::TestEnv;
use workflows::Deps;

use crate::chance::Chance;
use crate::faults::{BadLine, BadPost, BurningClock, Fuse, Rates, SeededIds};
use crate::firm::{self, Firm};
use crate::market::{self, Actors, Good, Shop};
use crate::model::{Credit, Model};
use crate::step::desk::Draft;
use crate::step::quote::Quote;
use crate::step::{KINDS, Kind};
use crate::wire::Wire;

/// What happened so far, for whoever looks into a failure.
#[derive(Clone, Default)]
pub struct Story(Arc<Mutex<Vec<String>>>);

impl Story {
    pub fn tell(&self, step: String) {
        self.0.lock().unwrap().push(step);
    }

    pub fn len(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    pub fn text(&self) -> String {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).join("\n")
    }
}

/// Everything of a run.
pub struct Simulation {
    pub chance: Chance,
    pub clock: Arc<ManualClock>,
    pub fuse: Arc<Fuse>,
    pub rates: Rates,
    pub world: Arc<World>,
    pub deps: Deps,
    pub sandbox: Arc<Sandbox>,
    pub providers: Providers,
    pub post: Arc<BadPost>,
    pub dispatcher: Dispatcher,
    pub mails: Captured,
    pub shops: Vec<Shop>,
    pub goods: Vec<Good>,
    pub firms: Vec<Firm>,
    pub drafts: Vec<Draft>,
    pub quotes: Vec<Quote>,
    pub model: Model,
    pub story: Story,
    pub favored: Vec<Kind>,
    pub keys: u64,
    /// In the order of the model's.
    pub payouts: Vec<PayoutId>,
    pub storage: Storage,
}

/// Object storage, with a good line to it and one that breaks. It stops when it is dropped.
pub struct Storage {
    pub near: ObjectStore,
    far: ObjectStore,
    _wire: Wire,
    _files: Embedded,
}

impl Storage {
    async fn open(t: &TestEnv, chance: &mut Chance, rate: u64, story: &Story) -> Self {
        let files = Embedded::start(&t.folder().join("objects"), 0, Keys::random()).await.unwrap();
        let near = ObjectStore::new(&files.settings("souk"));
        near.ensure_bucket().await.unwrap();
        let wire = Wire::to(files.addr(), chance.apart(), rate, story.clone()).await;
        let far = Settings { endpoint: format!("http://{}", wire.addr), ..files.settings("souk") };
        Self { near, far: ObjectStore::new(&far), _wire: wire, _files: files }
    }
}

/// What goes wrong in a seed, and how often.
fn weather(chance: &mut Chance) -> (Rates, Chaos) {
    let calm = chance.one_in(8);
    let mut rate = |often: i64| if calm { 0 } else { chance.between(often, often * 4).unsigned_abs() };
    let (line, webhook, worker_crash, command_crash, repeat) = (rate(4), rate(4), rate(3), rate(3), rate(2));
    let storage = if chance.one_in(3) { line } else { 0 };
    let chaos = Chaos {
        twice: chance.one_in(2),
        late_seconds: if chance.one_in(2) { 0 } else { chance.between(1, 400) },
        out_of_order: chance.one_in(2),
    };
    (Rates { line, webhook, storage, worker_crash, command_crash, repeat }, chaos)
}

/// What happens more often in a seed.
fn favored(chance: &mut Chance) -> Vec<Kind> {
    let mut kinds: Vec<Kind> = KINDS.iter().map(|(kind, _)| *kind).collect();
    chance.shuffle(&mut kinds);
    kinds.split_off(kinds.len() - 4)
}

async fn firms(world: &Arc<World>, chance: &mut Chance, model: &mut Model) -> Vec<Firm> {
    let staff = Staff(world.clone());
    let mut firms = Vec::new();
    for name in ["werke", "kontor"] {
        let credit = Credit { limit: chance.between(5_000, 60_000), vouched: chance.one_in(2) };
        firms.push(firm::open(&staff, |id| staff.buyer(id), name, credit).await);
        model.limits.push(credit);
    }
    firms
}

/// Whoever acts, in the world of the run.
pub struct Staff(pub Arc<World>);

impl Staff {
    fn seated(&self, scope: Scope, role: &str) -> Ctx {
        let user = UserId(self.0.ids.uuid());
        let person = Seat { scope: Scope::Public, role: Role::named("user") };
        let actor = Actor::new(Principal::User(user), role, [Seat { scope, role: Role::named(role) }, person]);
        self.ctx(actor)
    }

    fn ctx(&self, actor: Actor) -> Ctx {
        let origin = Origin { source: "simulation", request_id: "simulation".to_owned(), ip: None };
        Ctx::new(self.0.clone(), actor, origin)
    }

    pub fn buyer(&self, id: CustomerId) -> Ctx {
        self.seated(Scope::Customer(id), "buyer")
    }
}

impl Actors for Staff {
    fn anonymous(&self) -> Ctx {
        self.ctx(Actor::anonymous())
    }

    fn operator(&self) -> Ctx {
        self.seated(Scope::Operator, "operator_admin")
    }

    fn merchant(&self, id: MerchantId) -> Ctx {
        self.seated(Scope::Merchant(id), "merchant_owner")
    }
}

/// Plays `steps` steps of a seed.
pub async fn run(t: TestEnv, seed: u64, steps: usize, story: Story) {
    let mut sim = Simulation::open(&t, seed, story).await;
    for number in 0..steps {
        sim.story.tell(format!("step {number}"));
        sim.step().await;
        sim.settle().await;
        sim.audit().await;
    }
    sim.end().await;
}

impl Simulation {
    async fn open(t: &TestEnv, seed: u64, story: Story) -> Self {
        let mut chance = Chance::of(seed);
        let fuse = Arc::new(Fuse::default());
        let world = Arc::new(World {
            clock: Arc::new(BurningClock { clock: t.clock.clone(), fuse: fuse.clone() }),
            ids: Arc::new(SeededIds { clock: t.clock.clone(), count: AtomicU64::new(0), seed }),
            ..(*t.world).clone()
        });
        let (rates, chaos) = weather(&mut chance);
        let sandbox = Arc::new(Sandbox::new(world.clone(), b"secret".to_vec(), chaos));
        let line = BadLine { sandbox: sandbox.clone(), chance: Mutex::new(chance.apart()), rate: rates.line };
        let providers = Providers::none().with(Arc::new(line));
        let post = Arc::new(BadPost {
            world: world.clone(),
            providers: providers.clone(),
            chance: Mutex::new(chance.apart()),
            rate: rates.webhook,
        });
        let (mailer, mails) = Mailer::captured("souk@souk.example").unwrap();
        let place = Storage::open(t, &mut chance, rates.storage, &story).await;
        let deps = Deps {
            world: world.clone(),
            mailer,
            templates: Arc::new(Templates::builtin().unwrap()),
            store: place.far.clone(),
            public_url: "https://souk.example".to_owned(),
            hooks: None,
            stripe: None,
        };
        let dispatcher = dispatcher(&world, &deps, &providers, &sandbox, &post);
        let mut model = Model::default();
        let (shops, goods) = market::open(&Staff(world.clone()), &mut chance, &mut model).await;
        let firms = firms(&world, &mut chance, &mut model).await;
        let favored = favored(&mut chance);
        let clock = t.clock.clone();
        Self {
            chance,
            clock,
            fuse,
            rates,
            world,
            deps,
            sandbox,
            providers,
            post,
            dispatcher,
            mails,
            shops,
            goods,
            firms,
            drafts: Vec::new(),
            quotes: Vec::new(),
            model,
            story,
            favored,
            keys: 0,
            payouts: Vec::new(),
            storage: place,
        }
    }

    /// The worker died; another one takes over.
    pub fn start_anew(&mut self) {
        self.dispatcher = dispatcher(&self.world, &self.deps, &self.providers, &self.sandbox, &self.post);
    }

    pub fn operator(&self) -> Ctx {
        Staff(self.world.clone()).operator()
    }

    pub fn buyer(&self) -> Ctx {
        Staff(self.world.clone()).anonymous()
    }

    /// A key that nobody used before.
    pub fn key(&mut self) -> String {
        self.keys += 1;
        format!("key-{}", self.keys)
    }
}

fn dispatcher(
    world: &Arc<World>,
    deps: &Deps,
    providers: &Providers,
    sandbox: &Arc<Sandbox>,
    post: &Arc<BadPost>,
) -> Dispatcher {
    let builder = Dispatcher::builder(world.db.clone(), world.clock.clone(), world.wake.clone());
    let builder = workflows::register(builder, deps);
    payments::register(builder, world, providers, Some((sandbox.clone(), post.clone()))).build()
}
