// The estate on its first day: 600 stores in 8 regions, three distribution centres, articles, stock,
// forecasts, promotions, listings. Everything follows from the seed, so that two runs see the same world.
#include <fmt/format.h>

#include "tools/sandbox/estate.h"

namespace endcap::sandbox {
namespace {

struct Region {
  const char* code;
  const char* zone;
  const char* city;
  const char* centre;  // distribution centre
  int stores;
};
// Western Australia stands first: its mornings come last, and nobody may wait for them.
constexpr Region kRegions[] = {
    {"WA", "Australia/Perth", "Perth", "D003", 60},
    {"NSW", "Australia/Sydney", "Sydney", "D001", 190},
    {"VIC", "Australia/Melbourne", "Melbourne", "D002", 150},
    {"QLD", "Australia/Brisbane", "Brisbane", "D001", 120},
    {"SA", "Australia/Adelaide", "Adelaide", "D002", 40},
    {"TAS", "Australia/Hobart", "Hobart", "D002", 15},
    {"ACT", "Australia/Sydney", "Canberra", "D001", 15},
    {"NT", "Australia/Darwin", "Darwin", "D003", 10},
};

struct Article {
  const char* number;
  const char* name;
  const char* group;
  const char* price;
  const char* weight;
};
constexpr Article kArticles[] = {
    {"AC-100", "Split air conditioner 3.5 kW", "COOLING", "1499.00", "41.500"},
    {"AC-200", "Portable air conditioner", "COOLING", "649.00", "28.000"},
    {"FR-310", "Fridge 310 l", "FRIDGES", "899.00", "62.000"},
    {"FR-520", "Fridge 520 l, two doors", "FRIDGES", "1899.00", "98.000"},
    {"WM-800", "Washing machine 8 kg", "LAUNDRY", "799.00", "71.000"},
    {"DR-700", "Heat pump dryer 7 kg", "LAUNDRY", "1199.00", "54.000"},
    {"DW-140", "Dishwasher, 14 settings", "KITCHEN", "749.00", "44.000"},
    {"OV-600", "Oven 60 cm", "KITCHEN", "999.00", "38.000"},
    {"VC-110", "Cordless vacuum cleaner", "FLOOR", "549.00", "3.200"},
    {"KT-017", "Kettle 1.7 l", "SMALL", "59.00", "1.100"},
};

// A number of 0 to `range` - 1 that depends on seed and name only (FNV-1a, finished as MurmurHash3 does).
uint64_t draw(uint64_t seed, const std::string& name, uint64_t range) {
  uint64_t hash = 14695981039346656037ull ^ (seed * 0x9e3779b97f4a7c15ull);
  for (unsigned char c : name) hash = (hash ^ c) * 1099511628211ull;
  hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdull;
  hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53ull;
  return (hash ^ (hash >> 33)) % range;
}

std::string units(uint64_t whole) { return std::to_string(whole) + ".000"; }

constexpr const char* kFirstDay = "2026-11-01T00:00:00Z";

}  // namespace

void Estate::seed() {
  seed_products();
  seed_stores();
  seed_stock();
  seed_masters();
  seed_promotions();
}

void Estate::seed_products() {
  for (const auto& article : kArticles) {
    erp_.at("A_Product")
        .insert({{"Product", article.number},
                 {"ProductDescription", article.name},
                 {"ProductGroup", article.group},
                 {"Brand", "HALE"},
                 {"BaseUnit", "EA"},
                 {"StandardPrice", article.price},
                 {"Currency", "AUD"},
                 {"GrossWeight", article.weight},
                 {"WeightUnit", "KG"},
                 {"Supplier", "0000100100"},
                 {"PlannedDeliveryDurationInDays", 10},
                 {"IsMarkedForDeletion", false},
                 {"LastChangeDateTime", kFirstDay}});
    shop_.at("Listings")
        .insert({{"sku", article.number},
                 {"title", article.name},
                 {"price", article.price},
                 {"currency", "AUD"},
                 {"status", "live"},
                 {"channel", "web"},
                 {"changedAt", kFirstDay}});
    shop_.at("Products")
        .insert({{"sku", article.number},
                 {"title", article.name},
                 {"category", article.group},
                 {"listPrice", article.price},
                 {"currency", "AUD"},
                 {"orderable", true},
                 {"changedAt", kFirstDay}});
  }
}

void Estate::seed_stores() {
  Table& stores = erp_.at("A_Store");
  int number = 1001;
  for (const auto& region : kRegions) {
    for (int i = 1; i <= region.stores; ++i, ++number) {
      std::string plant = std::to_string(number);
      stores.insert({{"Plant", plant},
                     {"PlantName", fmt::format("{} {}", region.city, i)},
                     {"PlantCategory", "A"},
                     {"Region", region.code},
                     {"TimeZone", region.zone},
                     {"CityName", region.city},
                     {"SupplyingPlant", region.centre},
                     {"SalesOrganization", "AU01"},
                     {"IsClosed", false}});
      erp_.at("A_PosTerminal")
          .insert({{"Plant", plant},
                   {"PosTerminal", "1"},
                   {"TerminalStatus", "A"},
                   {"SoftwareVersion", "7.2.1"},
                   {"LastSeenDateTime", kFirstDay}});
    }
  }
  constexpr Region kCentres[] = {{"NSW", "Australia/Sydney", "Sydney", "D001", 0},
                                 {"VIC", "Australia/Melbourne", "Melbourne", "D002", 0},
                                 {"WA", "Australia/Perth", "Perth", "D003", 0}};
  for (const auto& centre : kCentres) {
    stores.insert({{"Plant", centre.centre},
                   {"PlantName", fmt::format("Distribution centre {}", centre.city)},
                   {"PlantCategory", "B"},
                   {"Region", centre.code},
                   {"TimeZone", centre.zone},
                   {"CityName", centre.city},
                   {"SalesOrganization", "AU01"},
                   {"IsClosed", false}});
  }
}

void Estate::seed_stock() {
  Table& stock = erp_.at("A_MaterialStock");
  for (const auto& article : kArticles) {
    for (const auto& store : erp_.at("A_Store").rows) {
      std::string plant = store.fields["Plant"], name = plant + article.number;
      bool centre = store.fields["PlantCategory"] == "B";
      uint64_t forecast = centre ? 0 : 4 + draw(options_.seed, name + "f", 16);
      // Two stores of a hundred are short; the others hold what is forecast and a little more.
      bool short_of_it = !centre && draw(options_.seed, name + "s", 100) < 2;
      uint64_t available = centre        ? 2000
                           : short_of_it ? forecast / 2
                                         : forecast + draw(options_.seed, name + "a", 6);
      stock.insert({{"Plant", plant},
                    {"Material", article.number},
                    {"AvailableQuantity", units(available)},
                    {"ForecastQuantity", units(forecast)},
                    {"SafetyStockQuantity", units(centre ? 100 : 2)},
                    {"InTransitQuantity", units(0)},
                    {"BaseUnit", "EA"},
                    {"StockDateTime", kFirstDay}});
      if (centre) {
        erp_.at("A_WarehouseStock")
            .insert({{"Warehouse", plant},
                     {"Material", article.number},
                     {"Plant", plant},
                     {"AvailableQuantity", units(available)},
                     {"ReservedQuantity", units(0)},
                     {"BaseUnit", "EA"},
                     {"StockDateTime", kFirstDay}});
      }
    }
  }
}

void Estate::add_promotion(const std::string& id, const std::string& name, const std::string& product,
                           const std::string& price, const std::string& cost, const std::string& launch,
                           const std::string& end, std::vector<std::string> stores) {
  Table& promotions = erp_.at("A_RetailPromotion");
  Row& row =
      promotions.insert({{"RetailPromotion", id},
                         {"PromotionName", name},
                         {"Product", product},
                         {"PromotionPrice", price},
                         {"PriceCurrency", "AUD"},
                         {"LandedCost", cost},
                         {"CostCurrency", "AUD"},
                         {"ValidityStartDate", launch + "T00:00:00Z"},
                         {"ValidityEndDate", end + "T00:00:00Z"},
                         {"PromotionStatus", "01"},
                         {"ReferencePrice", erp_.at("A_Product").find({product})->fields["StandardPrice"]},
                         {"PlannedQuantity", units(stores.size() * 10)},
                         {"BaseUnit", "EA"},
                         {"ResponsiblePerson", "MIA"},
                         {"LastChangeDateTime", kFirstDay}});
  std::string key = promotions.key_of(row.fields);
  erp_.links["A_RetailPromotion/to_Product"][key] = {product + '\x1f'};
  auto& links = erp_.links["A_RetailPromotion/to_Stores"][key];
  for (const auto& store : stores) links.push_back(store + '\x1f');
  add_item(id, product, price, true);
}

void Estate::seed_promotions() {
  std::vector<std::string> all, tasmania;
  for (const auto& store : erp_.at("A_Store").rows) {
    if (store.fields["PlantCategory"] != "A") continue;
    all.push_back(store.fields["Plant"]);
    if (store.fields["Region"] == "TAS") tasmania.push_back(store.fields["Plant"]);
  }
  // P-1: 9.0 % margin, so that finance decides; 7.5 % once the cost moves to 1202.00; below the floor from
  // 1235.00 on.
  add_promotion("P-1", "Summer of cooling", "AC-100", "1299.00", "1182.00", "2026-12-01", "2026-12-14", all);
  add_promotion("P-2", "Tasmania fridge week", "FR-310", "799.00", "719.00", "2026-12-03", "2026-12-09",
                tasmania);
  add_promotion("P-3", "Laundry days", "WM-800", "699.00", "560.00", "2026-12-05", "2026-12-12",
                {all.begin(), all.begin() + 60});
  for (uint32_t i = 1; i <= options_.small_promotions; ++i) {
    const auto& article = kArticles[i % std::size(kArticles)];
    std::vector<std::string> stores;
    for (size_t k = 0; k < 3; ++k) stores.push_back(all[(i * 3 + k) % all.size()]);
    std::string price = article.price;
    // 80 % of the price in cents: every small promotion clears the margin without asking.
    uint64_t cents = std::stoull(price.substr(0, price.find('.'))) * 80;
    add_promotion(fmt::format("S-{:04}", i), fmt::format("Local offer {}", i), article.number, price,
                  fmt::format("{}.{:02}", cents / 100, cents % 100), "2026-12-01", "2026-12-07", stores);
  }
}

}  // namespace endcap::sandbox
