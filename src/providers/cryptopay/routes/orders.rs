//! Payment orders.

use super::Call;
use crate::engine::lifecycle::{Head, On, born};
use crate::kit::http::{Response, StatusCode};
use crate::kit::ids::entity;
use crate::kit::time::{Duration, end_of_time, later, whole_second};
use crate::providers::cryptopay::decisions::{
    CHAIN_SLUGS, LINK_HOSTS, ORDER_INFO_TEXT, ORDER_MESSAGE, ORDER_PATH_ID, ORDER_WINDOW, ORDER_WORDS, TRANSACTION_OBJECT,
};
use crate::providers::cryptopay::errors::Error;
use crate::providers::cryptopay::model::{Code, Order};
use crate::providers::cryptopay::wire::{self, Links, NewOrder, OrderObject, Page, envelope};

/// How long an order can be paid when the request does not say.
const LIVES: Duration = Duration::from_hours(2);

pub fn create(call: Call<'_, '_>) -> Result<Response, Error> {
    let (merchant, now) = (call.merchant, call.cx.now());
    let memory = &*call.memory;
    let is_used = |nonce: i64| memory.orders.index().nonces.get(&(merchant, nonce)).is_some();
    let wallet = |chain| memory.wallet_on(merchant, chain).filter(|it| it.is_active).map(|it| it.address);
    let new = NewOrder::parse(call.request, now, is_used, wallet)?;
    let (base, created_at) = (call.cx.base_url(call.request), whole_second(now));
    let links = call.links(&base);
    let is_documented = links.base == Links::DOCUMENTED.base;
    let Call { memory, cx, .. } = call;
    let further = [
        (!is_documented, LINK_HOSTS),
        (new.expires_at.is_none(), ORDER_WINDOW),
        (new.chain.has_assumed_slug(), CHAIN_SLUGS),
        (true, ORDER_INFO_TEXT),
        (true, ORDER_MESSAGE),
    ];
    further.into_iter().filter_map(|(is_so, row)| is_so.then_some(row)).for_each(|it| cx.rest_on(it));
    let nth = u32::try_from(memory.orders.index().lists.all(&merchant).len()).unwrap_or(u32::MAX);
    // A code is derived from the merchant's own count, so that orders of other merchants do not change it.
    let mut draws = cx.draws("cryptopay order", entity(&[memory.account_of(merchant), &nth.to_string()]));
    let mut code = Code::draw(&mut draws);
    while memory.orders.index().codes.get(&code).is_some() {
        code = Code::draw(&mut draws);
    }
    let order = Order {
        number: memory.orders.next(),
        merchant,
        nth,
        code,
        amount: new.amount,
        token: new.token,
        chain: new.chain,
        head: Head::default(),
        receiving_address: new.receiving_address,
        nonce: new.nonce,
        order_info: new.order_info.into(),
        webhook_url: new.webhook_url.map(Into::into),
        redirect_url: new.redirect_url.map(Into::into),
        base: memory.bases.place(&base),
        created_at,
        expires_at: new.expires_at.or_else(|| later(created_at, LIVES)).unwrap_or_else(end_of_time),
        transaction: None,
    };
    let number = born(memory, cx, order, On::Call("createPaymentOrder"));
    let order = memory.orders.get(number).ok_or(Error::Internal)?;
    Ok(envelope(StatusCode::CREATED, &OrderObject::of(order, None, links), "Payment order created successfully", now))
}

pub fn get(call: Call<'_, '_>) -> Result<Response, Error> {
    let base = call.cx.base_url(call.request);
    let order = call.memory.find_order(call.id).filter(|it| it.merchant == call.merchant).ok_or(Error::NotFound)?;
    let transaction = call.memory.transaction_of(order);
    if !call.id.bytes().all(|it| it.is_ascii_digit()) {
        call.cx.rest_on(ORDER_PATH_ID);
    }
    if order.has_assumed_status() {
        call.cx.rest_on(ORDER_WORDS);
    }
    if transaction.is_some() {
        call.cx.rest_on(TRANSACTION_OBJECT);
    }
    let object = OrderObject::of(order, transaction, call.links(&base));
    Ok(envelope(StatusCode::OK, &object, "Payment order retrieved successfully", call.cx.now()))
}

pub fn list(call: Call<'_, '_>) -> Result<Response, Error> {
    let filter = wire::parse_order_filter(call.request)?;
    let page = Page::parse(call.request)?;
    let memory = &*call.memory;
    let (count, numbers) = memory.orders.index().lists.page(&call.merchant, &filter, page.offset(), page.size);
    page.exists(count)?;
    page.rests_on(count).for_each(|it| call.cx.rest_on(it));
    let shown = || numbers.iter().filter_map(|it| memory.orders.get(*it));
    for (is_so, row) in
        [(shown().any(Order::has_assumed_status), ORDER_WORDS), (shown().any(|it| it.transaction.is_some()), TRANSACTION_OBJECT)]
    {
        if is_so {
            call.cx.rest_on(row);
        }
    }
    let base = call.cx.base_url(call.request);
    let links = call.links(&base);
    let objects: Vec<_> = shown().map(|it| OrderObject::of(it, memory.transaction_of(it), links)).collect();
    Ok(wire::list(&format!("{}/api/payment-orders/", links.prefix), &page, count, &objects))
}
