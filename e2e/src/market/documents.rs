//! Short documents for what is done thousands of times. The rest comes from `graphql/operations`.

pub(super) const MERCHANTS_CREATE: &str = "mutation($input: MerchantsCreateInput!) {
  merchantsCreate(input: $input) { merchants { id version } userErrors { code message field details } }
}";

pub(super) const MERCHANT_BANK_EDIT: &str = "mutation($input: MerchantBankEditInput!) {
  merchantBankEdit(input: $input) { merchant { id } userErrors { code message field details } }
}";

pub(super) const CATEGORY_CREATE: &str = "mutation($input: CategoryCreateInput!) {
  categoryCreate(input: $input) { category { id } userErrors { code message field details } }
}";

pub(super) const PRODUCTS_UPSERT: &str = "mutation($input: ProductsUpsertInput!) {
  productsUpsert(input: $input) {
    rows { productId variants { id sku } userErrors { field code message } } userErrors { code message field details }
  }
}";

pub(super) const PRODUCTS_PUBLISH: &str = "mutation($input: ProductsPublishInput!) {
  productsPublish(input: $input) { products { id } userErrors { code message field details } }
}";

pub(super) const OFFERS_UPSERT: &str = "mutation($input: OffersUpsertInput!) {
  offersUpsert(input: $input) {
    result { offers { id } rowErrors { index field code message } } userErrors { code message field details }
  }
}";

pub(super) const LOCATION_CREATE: &str = "mutation($input: StockLocationCreateInput!) {
  stockLocationCreate(input: $input) { location { id } userErrors { code message field details } }
}";

pub(super) const STOCK_SET: &str = "mutation($input: StockSetInput!) {
  stockSet(input: $input) {
    result { changedCount rowErrors { index field code message } } userErrors { code message field details }
  }
}";

pub(super) const CART_CREATE: &str = "mutation($input: CartCreateInput!) {
  cartCreate(input: $input) {
    created { token cart { id plan {
      hash placeable total { amount currency } goods { amount currency } delivery { amount currency }
      consignments { key merchantId productType } rejected { code subject blocking wanted available }
    } } }
    userErrors { code message field details }
  }
}";

pub(super) const ORDER_PLACE: &str = "mutation($input: OrderPlaceInput!) {
  orderPlace(input: $input) {
    order {
      id number total { amount currency } goods { amount currency } delivery { amount currency }
      lines { id } merchantOrders { id merchant { id } }
    }
    userErrors { code message field details }
  }
}";

pub(super) const ORDER: &str = "query($number: String!, $token: String!) {
  guestOrder(number: $number, token: $token) {
    id number state paymentStatus fulfillmentStatus placedAt total { amount currency }
  }
}";

pub(super) const MERCHANT_ORDERS: &str = "query($filter: MerchantOrderFilter, $first: Int) {
  merchantOrders(filter: $filter, first: $first) {
    nodes { id state version fulfillmentOrders { id state } }
  }
}";

pub(super) const MERCHANT_ORDER_DECIDE: &str = "mutation($input: MerchantOrderDecideInput!) {
  merchantOrderDecide(input: $input) { merchantOrder { id state } userErrors { code message field details } }
}";

pub(super) const SHIP: &str = "mutation($input: ShipmentCreateInput!) {
  shipmentCreate(input: $input) { shipment { id } userErrors { code message field details } }
}";

pub(super) const DELIVER: &str = "mutation($input: ShipmentDeliverInput!) {
  shipmentDeliver(input: $input) { shipment { id } userErrors { code message field details } }
}";
