// Packed values as JSON and back: the HTTP API, history and connectors speak JSON; the engine speaks cells.
// Decimals, money and quantities are JSON strings, so that no reader makes a float of them: {"amount":"129.00","currency":"AUD"}.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "runtime/abi/frame.h"

namespace endcap::abi {

// Whom a value is told to, piece by piece, as the JSON it is.
class JsonSink {
 public:
  virtual ~JsonSink() = default;
  virtual void null() = 0;
  virtual void boolean(bool value) = 0;
  virtual void number(int64_t value) = 0;  // that every reader of JSON keeps
  virtual void text(std::string_view value) = 0;
  virtual void begin_object(size_t members) = 0;  // a name and a value each, then `end_object`
  virtual void name(std::string_view name) = 0;
  virtual void end_object() = 0;
  virtual void begin_array(size_t elements) = 0;
  virtual void end_array() = 0;
};

void tell_value(const Types& types, TypeId type, const Arena& arena, Cell cell, JsonSink& sink);
void tell_packed(const Types& types, TypeId type, std::string_view packed, JsonSink& sink);
std::string value_to_json(const Types& types, TypeId type, const Arena& arena, Cell cell);
std::string packed_to_json(const Types& types, TypeId type, std::string_view packed);
// InvalidValue names the path inside the document ("stores[3].id: text longer than 4").
std::expected<Cell, Fault> value_from_json(const Types& types, TypeId type, std::string_view json, Arena& arena);

}  // namespace endcap::abi
