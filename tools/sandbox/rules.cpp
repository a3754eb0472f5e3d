// What the business allows, and what a change brings with it: stock moves, tills acknowledge, events are
// told.
#include <fmt/format.h>

#include "runtime/value/decimal.h"
#include "tools/sandbox/estate.h"

namespace endcap::sandbox {
namespace {

constexpr uint8_t kQuantityScale = 3;

std::string text(const Json& fields, std::string_view name) {
  auto found = fields.find(name);
  return found != fields.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Int128 quantity(const Json& fields, std::string_view name) {
  return decimal_from_text(text(fields, name), kQuantityScale).value_or(0);
}

void set_quantity(Row& row, const char* name, Int128 units) {
  row.fields[name] = decimal_to_text(units, kQuantityScale);
  ++row.version;
}

std::string date_of(const Json& fields, std::string_view name) { return text(fields, name).substr(0, 10); }

}  // namespace

std::string Estate::subject_of(const Table& table, const Json& fields) const {
  const std::string& set = table.set->name;
  if (set == "A_PriceCondition") return text(fields, "RetailPromotion") + "/" + text(fields, "Plant");
  if (set == "A_StockTransfer") return text(fields, "RetailPromotion") + "/" + text(fields, "ReceivingPlant");
  if (set == "A_PromotionOrder") return text(fields, "RetailPromotion") + "/" + text(fields, "Supplier");
  if (set == "A_PurchaseRequisition") return text(fields, "RetailPromotion") + "/" + text(fields, "Plant");
  std::string key = table.key_of(fields);
  for (char& c : key) c = c == '\x1f' ? '/' : c;
  if (!key.empty()) key.pop_back();
  return key;
}

std::optional<ODataError> Estate::before_create(Table& table, Json& fields) {
  const std::string& set = table.set->name;
  if (set == "A_PriceCondition") {
    Row* promotion = erp_.at("A_RetailPromotion").find({text(fields, "RetailPromotion")});
    Row* plant = erp_.at("A_Store").find({text(fields, "Plant")});
    if (!promotion)
      return ODataError{400, "InvalidCondition",
                        fmt::format("Promotion '{}' does not exist", text(fields, "RetailPromotion"))};
    if (!plant)
      return ODataError{400, "InvalidCondition",
                        fmt::format("Plant '{}' does not exist", text(fields, "Plant"))};
    if (text(promotion->fields, "Product") != text(fields, "Material")) {
      return ODataError{400, "InvalidCondition",
                        fmt::format("Promotion '{}' is not for material '{}'",
                                    text(fields, "RetailPromotion"), text(fields, "Material"))};
    }
    if (decimal_from_text(text(fields, "ConditionRateValue"), 2).value_or(0) <= 0) {
      return ODataError{400, "InvalidCondition", "The condition amount must be more than zero"};
    }
    fields["ConditionType"] = "VKA0";
    fields["ConditionIsDeleted"] = false;
    fields["ConditionQuantity"] = "1";
    fields["ConditionQuantityUnit"] = "EA";
    for (const char* side : {"Start", "End"}) {
      std::string name = fmt::format("ConditionValidity{}Date", side);
      if (text(fields, name).empty()) fields[name] = promotion->fields[fmt::format("Validity{}Date", side)];
    }
  }
  if (set == "A_StockTransfer") {
    Row* store = erp_.at("A_Store").find({text(fields, "ReceivingPlant")});
    if (!store)
      return ODataError{400, "UnknownPlant",
                        fmt::format("Plant '{}' does not exist", text(fields, "ReceivingPlant"))};
    if (text(fields, "IssuingPlant").empty()) fields["IssuingPlant"] = store->fields["SupplyingPlant"];
    Row* stock = erp_.at("A_MaterialStock").find({text(fields, "IssuingPlant"), text(fields, "Material")});
    Int128 wanted = quantity(fields, "Quantity");
    if (wanted <= 0) return ODataError{400, "InvalidQuantity", "The quantity must be more than zero"};
    if (!stock || quantity(stock->fields, "AvailableQuantity") < wanted) {
      return ODataError{400, "InsufficientStock",
                        fmt::format("Plant '{}' has too little of '{}'", text(fields, "IssuingPlant"),
                                    text(fields, "Material"))};
    }
    set_quantity(*stock, "AvailableQuantity", quantity(stock->fields, "AvailableQuantity") - wanted);
    fields["TransferStatus"] = "A";
  }
  if (set == "A_PromotionOrder") fields["OrderStatus"] = "A";
  if (set == "A_PurchaseRequisition") fields["RequisitionStatus"] = "A";
  if (table.property("CreationDateTime")) fields["CreationDateTime"] = real_time();
  return std::nullopt;
}

void Estate::after_create(Table& table, Row& row) {
  const std::string& set = table.set->name;
  if (set == "A_PriceCondition" && !silent_plants_.contains(text(row.fields, "Plant"))) {
    (void)acknowledge_price({{"Plant", row.fields["Plant"]},
                             {"PosTerminal", "1"},
                             {"ConditionRecord", row.fields["ConditionRecord"]}});
  }
  if (set == "OrderLines") {
    Json data = Json::object();
    for (const char* name : {"order", "line", "sku", "quantity", "unit"}) data[name] = row.fields[name];
    events_.send({.type = "shop.order.placed", .data = std::move(data)});
  }
  if (set == "A_StockTransfer") {
    Row* target =
        erp_.at("A_MaterialStock").find({text(row.fields, "ReceivingPlant"), text(row.fields, "Material")});
    if (target)
      set_quantity(*target, "InTransitQuantity",
                   quantity(target->fields, "InTransitQuantity") + quantity(row.fields, "Quantity"));
    Table& tasks = erp_.at("A_WarehouseTask");
    tasks.insert({{"WarehouseTask", fmt::format("{:012}", tasks.next_number++)},
                  {"Warehouse", row.fields["IssuingPlant"]},
                  {"Material", row.fields["Material"]},
                  {"ReceivingPlant", row.fields["ReceivingPlant"]},
                  {"TargetQuantity", row.fields["Quantity"]},
                  {"ActualQuantity", "0.000"},
                  {"BaseUnit", row.fields["BaseUnit"]},
                  {"StockTransfer", row.fields["StockTransfer"]},
                  {"WarehouseTaskStatus", "A"},
                  {"CreationDateTime", real_time()}});
  }
}

void Estate::receive_stock(const Row& task) {
  Row* store =
      erp_.at("A_MaterialStock").find({text(task.fields, "ReceivingPlant"), text(task.fields, "Material")});
  if (!store) return;
  const Int128 units = quantity(task.fields, "ActualQuantity");
  set_quantity(*store, "InTransitQuantity", quantity(store->fields, "InTransitQuantity") - units);
  set_quantity(*store, "AvailableQuantity", quantity(store->fields, "AvailableQuantity") + units);
}

void Estate::changed(Table& table, Row& row, const Json& before) {
  const std::string& set = table.set->name;
  if (set == "A_RetailPromotion") {
    std::string id = text(row.fields, "RetailPromotion");
    if (row.fields["ValidityStartDate"] != before["ValidityStartDate"]) {
      events_.send({.type = "retail.promotion.rescheduled",
                    .data = {{"RetailPromotion", id},
                             {"ValidityStartDate", date_of(row.fields, "ValidityStartDate")}}});
    }
    if (row.fields["PromotionStatus"] != before["PromotionStatus"] && row.fields["PromotionStatus"] == "09") {
      events_.send({.type = "retail.promotion.cancelled", .data = {{"RetailPromotion", id}}});
    }
  }
  if (set == "A_Product")
    events_.send({.type = "retail.product.changed", .data = {{"Product", row.fields["Product"]}}});
  if (set == "A_PromotionOrder" && row.fields["SupplierConfirmation"] != before["SupplierConfirmation"])
    answered(row);
  if (set == "A_MaterialStock") {
    Int128 safety = quantity(row.fields, "SafetyStockQuantity");
    if (quantity(row.fields, "AvailableQuantity") < safety &&
        quantity(before, "AvailableQuantity") >= safety) {
      events_.send({.type = "retail.stock.below",
                    .data = {{"Material", row.fields["Material"]}, {"Plant", row.fields["Plant"]}}});
    }
  }
}

std::expected<bool, ODataError> Estate::withdraw_price(const Json& parameters) {
  bool effective = false;
  for (auto& row : erp_.at("A_PriceCondition").rows) {
    if (row.fields["RetailPromotion"] != parameters["RetailPromotion"] ||
        row.fields["Plant"] != parameters["Plant"] || row.fields["ConditionIsDeleted"] == true) {
      continue;
    }
    row.fields["ConditionIsDeleted"] = true;
    ++row.version;
    effective = true;
  }
  return effective;
}

std::expected<bool, ODataError> Estate::cancel_transfer(const Json& parameters) {
  bool effective = false;
  Table& stock = erp_.at("A_MaterialStock");
  for (auto& row : erp_.at("A_StockTransfer").rows) {
    if (row.fields["RetailPromotion"] != parameters["RetailPromotion"] ||
        row.fields["ReceivingPlant"] != parameters["ReceivingPlant"] || row.fields["TransferStatus"] != "A") {
      continue;
    }
    Int128 units = quantity(row.fields, "Quantity");
    if (Row* from = stock.find({text(row.fields, "IssuingPlant"), text(row.fields, "Material")})) {
      set_quantity(*from, "AvailableQuantity", quantity(from->fields, "AvailableQuantity") + units);
    }
    if (Row* to = stock.find({text(row.fields, "ReceivingPlant"), text(row.fields, "Material")})) {
      set_quantity(*to, "InTransitQuantity", quantity(to->fields, "InTransitQuantity") - units);
    }
    for (auto& task : erp_.at("A_WarehouseTask").rows) {
      if (task.fields["StockTransfer"] == row.fields["StockTransfer"])
        task.fields["WarehouseTaskStatus"] = "X", ++task.version;
    }
    row.fields["TransferStatus"] = "X";
    ++row.version;
    effective = true;
  }
  return effective;
}

std::expected<bool, ODataError> Estate::acknowledge_price(const Json& parameters) {
  std::string plant = text(parameters, "Plant"), terminal = text(parameters, "PosTerminal"),
              record_number = text(parameters, "ConditionRecord");
  Row* condition = erp_.at("A_PriceCondition").find({record_number});
  if (!condition || text(condition->fields, "Plant") != plant) {
    return std::unexpected(ODataError{400, "UnknownCondition",
                                      fmt::format("Plant '{}' has no condition '{}'", plant, record_number)});
  }
  if (!erp_.at("A_PosTerminal").find({plant, terminal})) {
    return std::unexpected(
        ODataError{400, "UnknownTerminal", fmt::format("Plant '{}' has no till '{}'", plant, terminal)});
  }
  Table& acknowledgements = erp_.at("A_PosAcknowledgement");
  if (acknowledgements.find({plant, terminal, record_number})) return false;
  acknowledgements.insert({{"Plant", plant},
                           {"PosTerminal", terminal},
                           {"ConditionRecord", record_number},
                           {"AcknowledgementStatus", "A"},
                           {"DisplayedPrice", condition->fields["ConditionRateValue"]},
                           {"PriceCurrency", condition->fields["ConditionCurrency"]},
                           {"AcknowledgementDateTime", real_time()}});
  return true;
}

}  // namespace endcap::sandbox
