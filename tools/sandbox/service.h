// One OData service of the estate: its metadata and its tables, and how a value stands inside and on the
// wire.
#pragma once

#include <deque>
#include <expected>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "compiler/schema/model.h"
#include "tools/sandbox/http.h"
#include "tools/sandbox/json.h"

namespace endcap::sandbox {

enum class Version { V2, V4 };

// A business error, written as the protocol writes it. The code is what a workflow declares: "RecordLocked".
struct ODataError {
  int status = 400;
  std::string code;
  std::string message;
};

// Fields hold canonical values: decimals as text at their declared scale, dates "2026-12-01", moments
// "2026-12-01T06:00:00Z", times "06:00:00", whole numbers and booleans as they are.
struct Row {
  Json fields = Json::object();
  uint64_t version = 1;  // its ETag
};

struct Table {
  const schema::EntitySet* set = nullptr;
  const schema::EntityType* type = nullptr;
  std::deque<Row> rows;  // in order of creation: addresses stay
  std::unordered_map<std::string, Row*> by_key;
  uint64_t next_number = 1;

  const schema::Property* property(std::string_view name) const;
  std::string key_of(const Json& fields) const;  // of `by_key`
  std::string key_predicate(const Row& row,
                            Version version) const;  // "('P-1')", "(Plant='1001',Material='AC-100')"
  Row* find(std::initializer_list<std::string> key);
  Row& insert(Json fields);  // every property of the type stands in it afterwards, null when not given
};

struct Service {
  std::string name;  // "erp", served under /erp
  Version version = Version::V2;
  schema::Schema schema;
  std::string metadata;
  std::map<std::string, Table, std::less<>> tables;
  std::map<std::string, std::map<std::string, std::vector<std::string>>>
      links;  // "A_RetailPromotion/to_Stores" -> key -> target keys

  Table* table(std::string_view set);
  Table& at(std::string_view set);                         // CHECKs that it is there
  Table* target_of(const schema::Navigation& navigation);  // the set it leads to
};

// Reads the metadata file; the error is a paragraph for people.
std::expected<Service, std::string> load_service(const std::string& name, const std::string& path);

// From the wire to canonical, checked against the property's type, length, precision and scale.
std::expected<Json, ODataError> read_value(const schema::Property& property, const Json& wire);
// From a URL literal (V2: datetime'...', 12.5M; V4: plain) to canonical.
std::expected<Json, ODataError> read_literal(const schema::Property& property, std::string_view literal);
// Canonical to the JSON text of the protocol.
std::string write_value(const schema::Property& property, const Json& value, Version version,
                        bool decimals_as_text);
// A key value as it stands in a URL.
std::string write_literal(const schema::Property& property, const Json& value, Version version);

Response error_response(Version version, const ODataError& error);

}  // namespace endcap::sandbox
