// What a change of a system's metadata does to the project that uses it.
#include "compiler/sema/schema_impact.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/unit/compiler/sema/checked.h"

namespace endcap::sema {
namespace {

using schema::Impact;

// The fixture project and perhaps one module more, and its ERP's metadata with one piece replaced.
class UpgradedErp {
 public:
  UpgradedErp(const std::string& piece, const std::string& by, const std::string& more = "") {
    const std::string folder = std::string(ENDCAP_SOURCE_DIR) + "/tests/language/project";
    Project project = load_project(folder, sources_, diagnostics_);
    if (!more.empty()) project.sources.push_back(sources_.add("more.endcap", more));
    std::vector<ast::Module> modules;
    for (const SourceId source : project.sources) modules.push_back(parse(sources_, source, diagnostics_));
    program_ = check(project, modules, sources_, diagnostics_);
    REQUIRE_FALSE(diagnostics_.has_errors());
    uses_ = schema_uses(modules, program_);
    std::erase_if(uses_, [](const SchemaUse& use) { return use.system != "erp"; });
    for (const SystemConfig& system : project.systems) {
      if (system.name == "erp") before_ = *system.schema;
    }
    after_ = edited(piece, by);
  }

  // "view fixture.base.Store/PlantName breaking", one a use that is touched.
  std::vector<std::string> touched() const {
    std::vector<std::string> result;
    for (const schema::Change& change : schema::diff(before_, after_)) {
      for (const TouchedUse& one : touched_uses(change, before_, uses_, program_.abi.types)) {
        std::string text = one.use->declaration + (one.use->member.empty() ? "" : "/" + one.use->member);
        result.push_back(text + " " + std::string(word(one.impact)));
      }
    }
    return result;
  }

  const SchemaUse& use(std::string_view declaration, std::string_view member) const {
    for (const SchemaUse& one : uses_) {
      if (one.declaration == declaration && one.member == member && !one.unit) return one;
    }
    FAIL("no use of " << member << " by " << declaration);
    return uses_.front();
  }
  std::string text(Span span) const { return std::string(sources_.text(span)); }

 private:
  schema::Schema edited(const std::string& piece, const std::string& by) {
    std::string text = sources_.file(before_.source).text;
    const size_t at = text.find(piece);
    REQUIRE(at != text.npos);
    text.replace(at, piece.size(), by);
    std::string path = (std::filesystem::temp_directory_path() / "endcap-schema-XXXXXX").string();
    const int file = mkstemp(path.data());
    REQUIRE(file >= 0);
    close(file);
    std::ofstream(path, std::ios::binary) << text;
    auto schema = import_schema(path, "new.edmx", sources_, diagnostics_);
    std::filesystem::remove(path);
    REQUIRE(schema);
    return *schema;
  }

  SourceMap sources_;
  Diagnostics diagnostics_;
  Program program_;
  std::vector<SchemaUse> uses_;
  schema::Schema before_, after_;
};

using Texts = std::vector<std::string>;

Texts touched(const std::string& piece, const std::string& by) { return UpgradedErp(piece, by).touched(); }

}  // namespace

TEST_SUITE("what an upgrade of a system touches") {
  TEST_CASE("a longer text breaks the view that keeps a shorter one") {
    CHECK(touched("Name=\"PlantName\" Type=\"Edm.String\" MaxLength=\"40\"",
                  "Name=\"PlantName\" Type=\"Edm.String\" MaxLength=\"60\"") ==
          Texts{"view fixture.base.Store/PlantName breaking"});
    CHECK(touched("Name=\"PlantName\" Type=\"Edm.String\" MaxLength=\"40\"",
                  "Name=\"PlantName\" Type=\"Edm.String\" MaxLength=\"30\"") ==
          Texts{"view fixture.base.Store/PlantName compatible"});
    CHECK(touched("Name=\"TimeZone\" Type=\"Edm.String\" MaxLength=\"40\"",
                  "Name=\"TimeZone\" Type=\"Edm.String\" MaxLength=\"60\"") ==
          Texts{"view fixture.base.Store/TimeZone compatible"});
  }

  TEST_CASE("a shorter text breaks the operation that sends a longer one") {
    const Texts both{"operation Label.register/Text breaking"};
    CHECK(touched("Name=\"Text\" Type=\"Edm.String\" MaxLength=\"20\"",
                  "Name=\"Text\" Type=\"Edm.String\" MaxLength=\"10\"") == both);
    const Texts fine{"operation Label.register/Text compatible"};
    CHECK(touched("Name=\"Text\" Type=\"Edm.String\" MaxLength=\"20\"",
                  "Name=\"Text\" Type=\"Edm.String\" MaxLength=\"30\"") == fine);
  }

  TEST_CASE("what nothing uses touches nothing") {
    CHECK(touched("Name=\"Note\" Type=\"Edm.String\" MaxLength=\"20\"",
                  "Name=\"Note\" Type=\"Edm.String\" MaxLength=\"5\"")
              .empty());
    CHECK(touched("<Property Name=\"Copies\" Type=\"Edm.Int32\"/>", "").empty());
  }

  TEST_CASE("another currency property breaks the amount that names the first") {
    const Texts found = touched(
        "Name=\"Rate\" Type=\"Edm.Decimal\" Precision=\"13\" Scale=\"2\" sap:label=\"Rate\" "
        "sap:unit=\"Currency\"",
        "Name=\"Rate\" Type=\"Edm.Decimal\" Precision=\"13\" Scale=\"2\" sap:label=\"Rate\" "
        "sap:unit=\"Note\"");
    CHECK(std::ranges::find(found, "operation Price.activate/Rate breaking") != found.end());
  }

  TEST_CASE("a create breaks when it does not give what must be given") {
    CHECK(touched("Name=\"Note\" Type=\"Edm.String\"",
                  "Name=\"Note\" Nullable=\"false\" Type=\"Edm.String\"") ==
          Texts{"operation Price.activate breaking"});
    CHECK(touched("<Property Name=\"Rate\"",
                  "<Property Name=\"Why\" Type=\"Edm.String\" Nullable=\"false\"/><Property Name=\"Rate\"") ==
          Texts{"operation Price.activate breaking"});
  }

  TEST_CASE("an amount may get more places, its currency bounds it; a number sent may not get fewer") {
    CHECK(touched("Name=\"LandedCost\" Type=\"Edm.Decimal\" Precision=\"13\" Scale=\"2\"",
                  "Name=\"LandedCost\" Type=\"Edm.Decimal\" Precision=\"14\" Scale=\"3\"") ==
          Texts{"view fixture.base.Promotion/LandedCost compatible"});
    CHECK(touched("Name=\"Quantity\" Type=\"Edm.Decimal\" Precision=\"13\" Scale=\"3\"",
                  "Name=\"Quantity\" Type=\"Edm.Decimal\" Precision=\"12\" Scale=\"2\"") ==
          Texts{"operation Move.order/Quantity breaking", "operation Move.cancel/Quantity breaking",
                "operation Move.small/Quantity breaking", "operation Move.urgent/Quantity breaking",
                "operation Move.rare/Quantity breaking", "operation Transfer.commit/Quantity breaking",
                "operation Refill.order/Quantity breaking"});
  }

  TEST_CASE(
      "more places under the same precision leave fewer digits before the point to who sends a number") {
    CHECK(touched("Name=\"Quantity\" Type=\"Edm.Decimal\" Precision=\"13\" Scale=\"3\"",
                  "Name=\"Quantity\" Type=\"Edm.Decimal\" Precision=\"13\" Scale=\"4\"")
              .front() == "operation Move.order/Quantity breaking");
    CHECK(touched("Name=\"LandedCost\" Type=\"Edm.Decimal\" Precision=\"13\" Scale=\"2\"",
                  "Name=\"LandedCost\" Type=\"Edm.Decimal\" Precision=\"13\" Scale=\"3\"") ==
          Texts{"view fixture.base.Promotion/LandedCost compatible"});
  }

  TEST_CASE("a property that is gone breaks what reads it, by field and by unit") {
    CHECK(touched("<Property Name=\"Region\" Type=\"Edm.String\" MaxLength=\"3\" sap:label=\"Region\"/>",
                  "") == Texts{"view fixture.base.Store/Region breaking"});
    CHECK(touched("<Property Name=\"StartDate\"", "<Property Name=\"Start\"") ==
          Texts{"view fixture.base.Promotion/StartDate breaking"});
  }

  TEST_CASE("a label touches who uses the property, and breaks nobody") {
    CHECK(touched("sap:label=\"Region\"", "sap:label=\"State\"") ==
          Texts{"view fixture.base.Store/Region note"});
  }

  TEST_CASE("a use knows where it stands and who depends on it") {
    const UpgradedErp erp("sap:label=\"Region\"", "sap:label=\"State\"");
    const SchemaUse& price = erp.use("view fixture.base.Promotion", "Price");
    CHECK(erp.text(price.span) == "Price");
    CHECK(price.unit_member == "Currency");
    CHECK(price.required);
    const bool by_policy = std::ranges::any_of(
        price.places, [](const UsePlace& place) { return place.declaration == "policy PriceGate"; });
    CHECK(by_policy);
    CHECK_FALSE(erp.use("view fixture.base.Promotion", "Slogan").required);
    CHECK(erp.use("operation Price.activate", "Rate").sends());
    CHECK_FALSE(price.sends());
  }

  TEST_CASE("a sync depends on what it reads, on the fields that it looks at, and on what it goes through") {
    const UpgradedErp erp("sap:label=\"Region\"", "sap:label=\"State\"", R"(module more

use fixture.base
use fixture.carried
use system erp
use system shop

sync StocksOnline: Stock from erp to shop via UnitsOf {
  where it.store == "1001"
  writes Offer.put under OfferGate
  reconcile every day at 02:00 zone "UTC" over StocksOf("1001")
}
)");
    const auto by_sync = [&](const SchemaUse& use) {
      return std::ranges::any_of(
          use.places, [](const UsePlace& place) { return place.declaration == "sync more.StocksOnline"; });
    };
    CHECK(by_sync(erp.use("view fixture.base.Stock", "")));
    CHECK(by_sync(erp.use("view fixture.base.Stock", "Plant")));
    CHECK(by_sync(erp.use("operation StocksOf", "Plant")));
    CHECK_FALSE(by_sync(erp.use("operation StockOf", "Plant")));
  }
}

}  // namespace endcap::sema
