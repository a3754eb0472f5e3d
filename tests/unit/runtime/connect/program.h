// A small program over the retail estate, written by hand: two views, a navigation and one operation of each
// form.
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "runtime/abi/frame.h"
#include "runtime/abi/program.h"

namespace endcap::test {

using abi::Cell;
using abi::Kind;
using abi::TypeId;

struct Types {
  TypeId text10, text40, zone, aud, ea, date, instant, optional_text;
  TypeId promotion, store, stock, listing;                             // records of views
  TypeId condition, withdraw, publish, stock_key, by_region, nothing;  // payloads
};

enum View : uint32_t { kPromotion, kStore, kStock, kListing };
enum Operation : uint32_t {
  kActivate,
  kWithdraw,
  kPublish,
  kStockOf,
  kStoresOf,
  kActivateAsked,
  kActivateUnsafe,
  kRecount
};
enum Navigation : uint32_t { kStores };

struct Sample {
  std::shared_ptr<abi::Program> program = std::make_shared<abi::Program>();
  Types types;

  Sample() {
    auto& p = *program;
    p.hash = std::string(32, 'h');
    p.systems = {{"erp", "odata-v2"}, {"shop", "odata-v4"}};
    types.text10 = scalar(Kind::Text, 0, "", 10);
    types.text40 = scalar(Kind::Text, 0, "", 40);
    types.zone = scalar(Kind::Zone);
    types.aud = scalar(Kind::Money, 2, "AUD");
    types.ea = scalar(Kind::Quantity, 3, "ea");
    types.date = scalar(Kind::Date);
    types.instant = scalar(Kind::Instant);
    types.optional_text = scalar(Kind::Optional);
    p.types[types.optional_text].element = types.text40;

    types.promotion = record({{"id", types.text10},
                              {"name", types.text40},
                              {"price", types.aud},
                              {"launch", types.date},
                              {"responsible", types.optional_text},
                              {"as of", types.instant}});
    types.store = record({{"id", types.text10}, {"timeZone", types.zone}, {"as of", types.instant}});
    types.stock = record({{"store", types.text10},
                          {"article", types.text10},
                          {"available", types.ea},
                          {"as of", types.instant}});
    types.listing = record(
        {{"sku", types.text10}, {"price", types.aud}, {"status", types.text10}, {"as of", types.instant}});

    view("Promotion", 0, "A_RetailPromotion", types.promotion,
         {{{"RetailPromotion", "", "Edm.String", 0, true}, false},
          {{"PromotionName", "", "Edm.String"}, true},
          {{"PromotionPrice", "PriceCurrency", "Edm.Decimal", 2}, true},
          {{"ValidityStartDate", "", "Edm.DateTime"}, true},
          {{"ResponsiblePerson", "", "Edm.String"}, false}},
         {0});
    view("Store", 0, "A_Store", types.store,
         {{{"Plant", "", "Edm.String", 0, true}, false}, {{"TimeZone", "", "Edm.String"}, true}}, {0});
    view("StockPosition", 0, "A_MaterialStock", types.stock,
         {{{"Plant", "", "Edm.String", 0, true}, false},
          {{"Material", "", "Edm.String", 0, true}, false},
          {{"AvailableQuantity", "BaseUnit", "Edm.Decimal", 3}, true}},
         {0, 1});
    view("Listing", 1, "Listings", types.listing,
         {{{"sku", "", "Edm.String", 0, true}, false},
          {{"price", "currency", "Edm.Decimal", 2}, true},
          {{"status", "", "Edm.String"}, true}},
         {0});
    p.navigations.push_back({kPromotion, "stores", "to_Stores", kStore, true});

    types.condition = record({{"RetailPromotion", types.text10},
                              {"Material", types.text10},
                              {"Plant", types.text10},
                              {"ConditionRateValue", types.aud}});
    types.withdraw = record({{"RetailPromotion", types.text10}, {"Plant", types.text10}});
    types.publish = record(
        {{"sku", types.text10}, {"promotion", types.text10}, {"price", types.aud}, {"status", types.text10}});
    types.stock_key = record({{"Plant", types.text10}, {"Material", types.text10}});
    types.by_region = record({{"Region", types.text10}});
    types.nothing = record({});

    std::vector<abi::WireField> condition = {{"RetailPromotion", "", "Edm.String"},
                                             {"Material", "", "Edm.String"},
                                             {"Plant", "", "Edm.String"},
                                             {"ConditionRateValue", "ConditionCurrency", "Edm.Decimal", 2}};
    auto create = [&](const char* name, abi::Strategy strategy) {
      abi::Operation& o =
          operation(name, 0, abi::OperationForm::Create, "A_PriceCondition", types.condition, condition);
      o.strategy = strategy;
      if (strategy != abi::Strategy::Unsafe) o.strategy_field = "ConditionReference";
      o.strategy_edm_type = "Edm.String";
      o.rejections = {"InvalidCondition", "RecordLocked"};
    };
    create("Price.activate", abi::Strategy::Keyed);
    abi::Operation& withdraw =
        operation("Price.withdraw", 0, abi::OperationForm::Call, "WithdrawPrice", types.withdraw,
                  {{"RetailPromotion", "", "Edm.String"}, {"Plant", "", "Edm.String"}});
    withdraw.is_action = true;
    operation("Listing.publish", 1, abi::OperationForm::Update, "Listings", types.publish,
              {{"sku", "", "Edm.String", 0, true},
               {"promotion", "", "Edm.String"},
               {"price", "currency", "Edm.Decimal", 2},
               {"status", "", "Edm.String"}});
    abi::Operation& stock =
        operation("Stock", 0, abi::OperationForm::Get, "A_MaterialStock", types.stock_key,
                  {{"Plant", "", "Edm.String", 0, true}, {"Material", "", "Edm.String", 0, true}});
    stock.operation_class = abi::OperationClass::Read;
    stock.result_view = kStock;
    abi::Operation& stores = operation("StoresOf", 0, abi::OperationForm::Query, "A_Store", types.by_region,
                                       {{"Region", "", "Edm.String"}});
    stores.operation_class = abi::OperationClass::Read;
    stores.result_view = kStore;
    stores.result_many = true;
    create("Price.activateAsked", abi::Strategy::Queryable);
    create("Price.activateUnsafe", abi::Strategy::Unsafe);
    abi::Operation& recount = operation("Recount", 1, abi::OperationForm::Call, "Recount", types.by_region,
                                        {{"Region", "", "Edm.String"}});
    recount.is_action = true;
  }

  std::string pack(TypeId type, std::vector<std::string> texts, std::vector<Cell> others = {}) const {
    abi::Arena arena;
    std::vector<Cell> cells;
    for (const auto& text : texts) cells.push_back(Cell{arena.put_text(text)});
    cells.insert(cells.end(), others.begin(), others.end());
    abi::Reference at = arena.allocate(static_cast<uint32_t>(cells.size() * sizeof(Cell)));
    std::copy(cells.begin(), cells.end(), arena.cells(at));
    return abi::pack_value(program->types, type, arena, Cell{at}, nullptr);
  }

  std::string condition_of(const std::string& plant, int cents = 129900) const {
    return pack(types.condition, {"P-1", "AC-100", plant}, {Cell{cents}});
  }

  // The key of a view as a record of its own: what a ReadView call carries.
  // Its type is there from the start: a connector reads the program while the test goes on.
  std::string key(const std::vector<std::string>& texts) const {
    REQUIRE((texts.size() == 1 || texts.size() == 2));
    return pack(texts.size() == 1 ? types.by_region : types.stock_key, texts);
  }

 private:
  TypeId scalar(Kind kind, uint8_t scale = 0, std::string name = "", uint32_t max_length = 0) {
    abi::Type type;
    type.kind = kind;
    type.scale = scale;
    type.name = std::move(name);
    type.max_length = max_length;
    program->types.push_back(type);
    return static_cast<TypeId>(program->types.size() - 1);
  }
  TypeId record(const std::vector<std::pair<std::string, TypeId>>& fields) {
    TypeId id = scalar(Kind::Record);
    for (const auto& [name, type] : fields) program->types[id].fields.push_back({name, type, false, false});
    return id;
  }
  void view(const char* name, uint32_t system, const char* set, TypeId type,
            std::vector<abi::ViewField> fields, std::vector<uint32_t> key_fields) {
    program->views.push_back({name, system, set, type, std::move(fields), std::move(key_fields)});
  }
  abi::Operation& operation(const char* name, uint32_t system, abi::OperationForm form, const char* target,
                            TypeId payload, std::vector<abi::WireField> fields) {
    abi::Operation o;
    o.name = name;
    o.system = system;
    o.operation_class = abi::OperationClass::Write;
    o.form = form;
    o.target = target;
    o.payload = payload;
    o.fields = std::move(fields);
    program->operations.push_back(std::move(o));
    return program->operations.back();
  }
};

}  // namespace endcap::test
