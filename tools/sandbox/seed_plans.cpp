// What planning looks at on the first day: the items of promotions, the merchandise hierarchy, past prices,
// what a model expects, what a carton holds, and how long goods are on their way.
#include <fmt/format.h>

#include <algorithm>

#include "tools/sandbox/estate.h"

namespace endcap::sandbox {
namespace {

struct Group {
  const char* code;
  const char* name;
  const char* department;
  const char* carton;  // pieces in one
};
constexpr Group kGroups[] = {
    {"COOLING", "Cooling", "LARGE", "2.000"},  {"FRIDGES", "Fridges", "LARGE", "1.000"},
    {"LAUNDRY", "Laundry", "LARGE", "1.000"},  {"KITCHEN", "Kitchen", "LARGE", "1.000"},
    {"FLOOR", "Floor care", "SMALL", "5.000"}, {"SMALL", "Small appliances", "SMALL", "10.000"}};

// Hot regions buy more of an offer, and the web shop more than the stores.
struct Expected {
  const char* region;
  const char* stores;
  const char* web;
};
constexpr Expected kExpected[] = {{"WA", "1.40", "1.60"},  {"NSW", "1.30", "1.80"}, {"VIC", "1.10", "1.50"},
                                  {"QLD", "1.50", "1.70"}, {"SA", "1.30", "1.40"},  {"TAS", "0.90", "1.10"},
                                  {"ACT", "1.20", "1.50"}, {"NT", "1.60", "1.20"}};

}  // namespace

void Estate::seed_masters() {
  for (const auto& group : kGroups) {
    erp_.at("A_ProductGroup")
        .insert({{"ProductGroup", group.code},
                 {"ProductGroupName", group.name},
                 {"Department", group.department},
                 {"IsBlocked", false}});
  }
  for (const auto& product : erp_.at("A_Product").rows) {
    const std::string number = product.fields["Product"];
    const auto group =
        std::ranges::find(kGroups, product.fields["ProductGroup"].get<std::string>(), &Group::code);
    if (group != std::end(kGroups)) {
      erp_.at("A_ProductUnit")
          .insert({{"Product", number},
                   {"AlternativeUnit", "CAR"},
                   {"QuantityInBaseUnit", group->carton},
                   {"BaseUnit", product.fields["BaseUnit"]}});
    }
    erp_.at("A_SalesPriceHistory")
        .insert({{"Material", number},
                 {"PriceDate", "2026-07-01T00:00:00Z"},
                 {"SalesPrice", product.fields["StandardPrice"]},
                 {"Currency", "AUD"}});
    for (const auto& expected : kExpected) {
      for (const char* channel : {"10", "20"}) {
        erp_.at("A_DemandUplift")
            .insert({{"Region", expected.region},
                     {"DistributionChannel", channel},
                     {"Material", number},
                     {"UpliftFactor", channel == std::string("10") ? expected.stores : expected.web},
                     {"ModelVersion", "uplift-2026.10"}});
      }
    }
  }
  for (const auto& store : erp_.at("A_Store").rows) {
    if (store.fields["PlantCategory"] != "A") continue;
    const bool far = store.fields["Region"] == "TAS" || store.fields["Region"] == "NT";
    erp_.at("A_SupplyLane")
        .insert({{"ReceivingPlant", store.fields["Plant"]},
                 {"SupplyingPlant", store.fields["SupplyingPlant"]},
                 {"LeadTimeInDays", far ? 5 : 2}});
  }
}

void Estate::add_item(const std::string& promotion, const std::string& product, const std::string& price,
                      bool lead) {
  Table& items = erp_.at("A_PromotionItem");
  const Row* master = erp_.at("A_Product").find({product});
  Row& row = items.insert({{"RetailPromotion", promotion},
                           {"Product", product},
                           {"MerchandiseCategory", master->fields.at("ProductGroup")},
                           {"ItemPrice", price},
                           {"PriceCurrency", "AUD"},
                           {"SalesUnit", "EA"},
                           {"IsLeadItem", lead}});
  const Row* owner = erp_.at("A_RetailPromotion").find({promotion});
  erp_.links["A_RetailPromotion/to_Items"][erp_.at("A_RetailPromotion").key_of(owner->fields)].push_back(
      items.key_of(row.fields));
}

}  // namespace endcap::sandbox
