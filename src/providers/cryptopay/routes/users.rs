//! Registration, login and refresh.

use super::Call;
use crate::engine::account::Account;
use crate::engine::context::Context;
use crate::engine::tables::settings::{Value, WEBHOOK_SECRET, WEBHOOK_URL};
use crate::kit::http::Response;
use crate::kit::ids::entity;
use crate::kit::secret::Secret;
use crate::kit::sign::{derived, same};
use crate::kit::time::whole_second;
use crate::providers::cryptopay::auth;
use crate::providers::cryptopay::decisions::{AUTH_ANSWERS, NEW_ACCOUNT, REFRESH_REUSE, REGISTRATION, USER_IDS};
use crate::providers::cryptopay::errors::{BAD_LOGIN, Error, Fault};
use crate::providers::cryptopay::model::{Address, CHAINS, MERCHANTS_MAX, Memory, Merchant, Wallet};
use crate::providers::cryptopay::settings::REFRESH_ROTATION;
use crate::providers::cryptopay::wire::{self, Registration, USERNAME};

const DROPPED: &str = "at most 100000 used refresh tokens are remembered: the one that expires first was dropped and can be used again";

/// Makes a merchant of the account that every sandbox has, with a wallet on each chain.
pub fn open_account(memory: &mut Memory, cx: &Context<'_>, account: &str) {
    let Some(own) = cx.account(account) else { return };
    let username: Box<str> = own.credentials.get("username").map_or(account, Secret::expose).into();
    memory.starting_url = own.text(&WEBHOOK_URL).map(str::to_owned);
    let email = format!("{username}@example.com");
    // User names that differ in their case alone would share it.
    let is_taken = memory.merchants.index().emails.get(email.to_lowercase().as_str()).is_some();
    let email = if is_taken { format!("{username}-{}@example.com", memory.merchants.next()) } else { email };
    let merchant = memory.merchants.insert(Merchant {
        account: account.to_owned(),
        email: email.into(),
        username,
        shop_name: "Demo Shop".into(),
        tokens: 0,
    });
    let now = whole_second(cx.now());
    for chain in CHAINS.iter().copied() {
        let address = Address::draw(&mut cx.draws("cryptopay wallet", entity(&[account, &(chain as u8).to_string()])));
        let number = memory.wallets.next();
        memory.wallets.insert(Wallet { number, merchant, chain, address, is_active: true, created_at: now, updated_at: now });
    }
}

pub fn register(call: Call<'_, '_>) -> Result<Response, Error> {
    let Call { memory, cx, request, .. } = call;
    let is_taken = |name: &'static str, text: &str| {
        let index = memory.merchants.index();
        if name == USERNAME.name { index.usernames.get(text).is_some() } else { index.emails.get(text.to_lowercase().as_str()).is_some() }
    };
    let Registration { username, email, password, shop_name } = Registration::parse(request, is_taken)?;
    let number = memory.merchants.next();
    if MERCHANTS_MAX < number as usize {
        let message = format!("This sandbox has {MERCHANTS_MAX} users, as many as it keeps");
        return Err(Error::Invalid(vec![Fault { rests_on: Some(NEW_ACCOUNT), ..Fault::of(USERNAME.name, message) }]));
    }
    for row in [REGISTRATION, NEW_ACCOUNT, USER_IDS] {
        cx.rest_on(row);
    }
    let account = build_account(memory, cx, number, &username, &password);
    let merchant =
        Merchant { account: account.id.clone(), username: username.into(), email: email.into(), shop_name: shop_name.into(), tokens: 0 };
    if !cx.add_account(account) {
        return Err(Error::Internal);
    }
    let number = memory.merchants.insert(merchant);
    auth::note(memory, cx, number);
    memory.merchants.get(number).map(|it| wire::user(number, it)).ok_or(Error::Internal)
}

/// The account of a new user. The password came from outside and is masked like any such secret; the keys are derived
/// from the sandbox's name, like those of the first account.
fn build_account(memory: &Memory, cx: &Context<'_>, number: u32, username: &str, password: &str) -> Account {
    let key = |name: &str, chars: usize| derived(&[cx.sandbox(), "cryptopay", name, username])[..chars].to_owned();
    let credentials = [
        ("username", Secret::issued(username)),
        ("password", Secret::from_outside(password)),
        ("api_key", Secret::issued(format!("cp_test_{}", key("api_key", 24)))),
    ];
    let credentials = credentials.map(|(name, secret)| (name.to_owned(), secret));
    let mut account = Account::new(format!("user-{number}"), credentials.into());
    account.set(&WEBHOOK_SECRET, Value::Secret(Secret::issued(format!("whsec_{}", key("webhook_secret", 32)))));
    if let Some(url) = &memory.starting_url {
        account.set(&WEBHOOK_URL, Value::Text(url.clone()));
    }
    account
}

pub fn login(call: Call<'_, '_>) -> Result<Response, Error> {
    let Call { memory, cx, request, .. } = call;
    let (username, password) = wire::parse_login(request)?;
    let by_account = || memory.merchant_of(&cx.owner_of("username", &username)?.id);
    let merchant = memory.merchants.index().usernames.get(username.as_str()).or_else(by_account).ok_or(BAD_LOGIN)?;
    let own = cx.account(memory.account_of(merchant)).and_then(|it| it.credentials.get("password"));
    if !own.is_some_and(|it| same(it.expose(), &password)) {
        return Err(BAD_LOGIN);
    }
    auth::note(memory, cx, merchant);
    auth::permit(memory, cx, merchant)?;
    cx.rest_on(AUTH_ANSWERS);
    let (access, refresh) = auth::issue(memory, cx, merchant)?;
    memory.merchants.get(merchant).map(|it| wire::session(&access, &refresh, merchant, it)).ok_or(Error::Internal)
}

pub fn refresh(call: Call<'_, '_>) -> Result<Response, Error> {
    let Call { memory, cx, request, .. } = call;
    let token = wire::parse_refresh(request)?;
    let claims = auth::check_refresh(memory, cx, &token)?;
    auth::permit(memory, cx, claims.user_id)?;
    if cx.flag(memory.account_of(claims.user_id), &REFRESH_ROTATION) && !memory.spend(claims.exp, &claims.jti, cx.now().as_second()) {
        cx.trace.note = Some(DROPPED.into());
    }
    for row in [AUTH_ANSWERS, REFRESH_REUSE] {
        cx.rest_on(row);
    }
    let (access, refresh) = auth::issue(memory, cx, claims.user_id)?;
    Ok(wire::tokens(&access, &refresh))
}
