// Whether a value of ours fits a property of the schema: edm type, length, decimal places, unit, presence.
#pragma once

#include <map>
#include <string>

#include "compiler/sema/context.h"

namespace endcap::sema {

enum class Direction : uint8_t { Reading, Writing };

// A property of an entity, or a parameter of a function import or action, as both are checked alike.
struct SchemaField {
  std::string name;
  std::string owner;     // "A_Store"
  std::string edm_type;  // definitions resolved: "Edm.String"
  const schema::EnumType* enumeration = nullptr;
  bool nullable = true;
  std::optional<uint32_t> max_length, precision, scale;
  bool scale_variable = false;
  std::string label, documentation;
  std::string unit_property;
  Span span;
};

SchemaField field_of(const schema::Schema& schema, const schema::EntityType& entity,
                     const schema::Property& property);
SchemaField field_of(const schema::Schema& schema, const schema::Callable& callable,
                     const schema::Parameter& parameter);

// Tells what does not fit; false then. `type` may be optional.
bool check_fit(Context& context, TypeId type, const SchemaField& field, Direction direction, Span at);

// Whether the amount's unit stands where the schema says, and is of its kind. `unit` is null when the author
// named none, `sibling` when the schema has no property of that name.
bool check_unit(Context& context, TypeId type, const SchemaField& field, const ast::Name* unit,
                const schema::Property* sibling, Span at);

// Whether what is of type `full_name` can be seen through the view: its entity, or one that has all its
// properties.
bool is_entity(const schema::Schema& schema, std::string_view full_name, const schema::EntityType& entity);

// Whether a value of this type can be written to the property: it fits, and so does its unit, whose property
// there is.
bool check_written(Context& context, TypeId type, const SchemaField& field, const ast::FieldAssign& assign,
                   const schema::Schema& schema, const schema::EntityType* entity, const std::string& target,
                   Span at);

// `Quantity: when few then units otherwise 4 ea in Unit`: there `Unit` is read as a list. What to write, as for
// Scope::offer.
std::map<std::string, std::string> unit_read_as_list(const ast::FieldAssign& assign);

// The wire description of a field that fits.
abi::WireField wire_field(const SchemaField& field, const ast::Name* unit, bool key);

// "Plant: store or distribution centre", for notes.
std::string describe(const SchemaField& field);

// The type a literal takes in this field, so that `status: "live"` needs no type; kNoType when the field does
// not say.
TypeId natural_type(Context& context, const SchemaField& field);
// Of any type that is written to the field: what is absent has no digits and no length.
TypeId absent_type(Context& context, const SchemaField& field);
// Whether the language has values for it: neither a collection nor a structure.
bool is_single(const SchemaField& field);

// Names of a type's properties and of its bases'.
std::vector<std::string> property_names(const schema::Schema& schema, const schema::EntityType& entity);
std::vector<std::string> navigation_names(const schema::Schema& schema, const schema::EntityType& entity);

}  // namespace endcap::sema
