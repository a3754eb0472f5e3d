// The facts of an imported schema, written as the XML would have said them.
#include <algorithm>

#include "tests/unit/compiler/schema/facts.h"

namespace endcap::test {

namespace {

using namespace endcap::schema;

class Teller {
 public:
  explicit Teller(const Schema& schema) : schema_(schema) {
    add("file Version=" + std::string(schema.protocol == Schema::Protocol::ODataV4 ? schema.version : "1.0"));
    for (auto& name : schema.namespaces) add("file Namespace=" + name);
    keep("file", schema.annotations);
    for (auto& type : schema.types) tell(type);
    for (auto& one : schema.enums) tell(one);
    for (auto& association : schema.associations) tell(association);
    for (auto& container : schema.containers) tell(container);
    for (auto& callable : schema.callables) tell(callable);
    for (auto& reference : schema.references) tell(reference);
    for (auto& [target, annotations] : schema.external_annotations) {
      (void)target;
      keep("Annotations", annotations);
    }
    std::sort(facts_.begin(), facts_.end());
  }
  std::vector<std::string> facts_;

 private:
  void add(std::string fact) { facts_.push_back(std::move(fact)); }
  void say(const std::string& path, const std::string& name, const std::string& value) {
    if (!value.empty()) add(path + " " + name + "=" + value);
  }
  void say(const std::string& path, const std::string& name, std::optional<uint32_t> value) {
    if (value) add(path + " " + name + "=" + std::to_string(*value));
  }
  void flag(const std::string& path, const std::string& name, bool value, bool when) {
    if (value == when) add(path + " " + name + (value ? "=true" : "=false"));
  }

  static std::string written(const TypeName& type) {
    return type.collection ? "Collection(" + type.full + ")" : type.full;
  }

  std::string local(const std::string& full) const {
    for (auto& name : schema_.namespaces) {
      if (full.starts_with(name + ".")) return full.substr(name.size() + 1);
    }
    return full;
  }

  // A leaf of a term, an element kept as XML, or an attribute.
  void keep(const std::string& path, const std::vector<Annotation>& annotations) {
    for (auto& one : annotations) {
      bool term = one.name.find('.') != std::string::npos || one.name.starts_with("@");
      if (one.kind == "Xml" && one.name.ends_with("link"))
        add("foreign link");
      else if (term)
        add("term " + one.name.substr(0, one.name.find_first_of("/@#")) + "=" + one.value);
      else if (one.name == "OnDelete")
        add(path + "/OnDelete "), say(path + "/OnDelete ", "Action", one.value);
      else if (one.name.starts_with("ReturnType/"))
        say(path + "/ReturnType ", one.name.substr(11), one.value);
      else if (!one.name.starts_with("ReferentialConstraint/"))
        add(path + " " + one.name.substr(one.name.starts_with("annotation:") ? 11 : 0) + "=" + one.value);
    }
  }

  void tell(const EntityType& type) {
    std::string path = (type.complex ? "ComplexType " : "EntityType ") + local(type.name);
    add(path);
    say(path, "BaseType", type.base);
    flag(path, "Abstract", type.abstract, true);
    flag(path, "OpenType", type.open, true);
    flag(path, "HasStream", type.has_stream, true);
    keep(path, type.annotations);
    if (!type.key.empty()) add(path + "/Key ");
    for (auto& key : type.key) add(path + "/Key /PropertyRef " + key);
    for (auto& property : type.properties) tell(property, path);
    for (auto& navigation : type.navigations) tell(navigation, path);
  }

  void tell(const Property& property, const std::string& type) {
    std::string path = type + "/Property " + property.name;
    add(path);
    say(path, "Type", written(property.type));
    flag(path, "Nullable", property.nullable, false);
    say(path, "MaxLength", property.max_length);
    say(path, "Precision", property.precision);
    say(path, "Scale", property.scale);
    if (property.default_value) add(path + " DefaultValue=" + *property.default_value);
    keep(path, property.annotations);
  }

  void tell(const Navigation& navigation, const std::string& type) {
    std::string path = type + "/NavigationProperty " + navigation.name;
    add(path);
    keep(path, navigation.annotations);
    if (!navigation.relationship.empty()) {
      say(path, "Relationship", navigation.relationship);
      say(path, "FromRole", navigation.from_role);
      say(path, "ToRole", navigation.to_role);
      return;
    }
    say(path, "Type", written({navigation.target_type, navigation.many}));
    flag(path, "Nullable", navigation.nullable, false);
    flag(path, "ContainsTarget", navigation.contains_target, true);
    say(path, "Partner", navigation.partner);
    for (auto& [dependent, principal] : navigation.constraints) {
      add(path + "/ReferentialConstraint ");
      say(path + "/ReferentialConstraint ", "Property", dependent);
      say(path + "/ReferentialConstraint ", "ReferencedProperty", principal);
    }
  }

  void tell(const EnumType& one) {
    std::string path = "EnumType " + local(one.name);
    add(path);
    flag(path, "IsFlags", one.flags, true);
    keep(path, one.annotations);
    for (auto& member : one.members) {
      add(path + "/Member " + member.name);
      if (member.value) say(path + "/Member " + member.name, "Value", std::to_string(*member.value));
      keep(path + "/Member " + member.name, member.annotations);
    }
  }

  void tell(const Association& association) {
    std::string path = "Association " + local(association.name);
    add(path);
    keep(path, association.annotations);
    for (auto& end : association.ends) {
      add(path + "/End ");
      say(path + "/End ", "Role", end.role);
      say(path + "/End ", "Type", end.type);
      say(path + "/End ", "Multiplicity", end.multiplicity);
      keep(path + "/End ", end.annotations);
    }
    if (association.constraints.empty()) return;
    std::string constraint = path + "/ReferentialConstraint ";
    add(constraint);
    for (std::string side : {"Principal", "Dependent"}) {
      add(constraint + "/" + side + " ");
      for (auto& kept : association.annotations) {
        if (kept.name == "ReferentialConstraint/" + side)
          say(constraint + "/" + side + " ", "Role", kept.value);
      }
      for (auto& [dependent, principal] : association.constraints) {
        add(constraint + "/" + side + " /PropertyRef " + (side == "Principal" ? principal : dependent));
      }
    }
  }

  void tell(const Container& container) {
    std::string path = "EntityContainer " + local(container.name);
    add(path);
    keep(path, container.annotations);
    for (auto& set : schema_.sets) {
      std::string own = path + (set.singleton ? "/Singleton " : "/EntitySet ") + set.name;
      add(own);
      say(own, set.singleton ? "Type" : "EntityType", set.entity_type);
      keep(own, set.annotations);
      for (auto& [from, to] : set.navigation_targets) {
        add(own + "/NavigationPropertyBinding ");
        say(own + "/NavigationPropertyBinding ", "Path", from);
        say(own + "/NavigationPropertyBinding ", "Target", to);
      }
    }
    for (auto& set : schema_.association_sets) {
      std::string own = path + "/AssociationSet " + set.name;
      add(own);
      say(own, "Association", set.association);
      keep(own, set.annotations);
      for (auto& end : set.ends) {
        add(own + "/End ");
        say(own + "/End ", "Role", end.role);
        say(own + "/End ", "EntitySet", end.entity_set);
        keep(own + "/End ", end.annotations);
      }
    }
  }

  void tell(const Callable& callable) {
    static const char* kElements[] = {"FunctionImport ", "Function ", "Action "};
    std::string path = kElements[static_cast<size_t>(callable.kind)] + local(callable.name);
    if (callable.imported) {
      bool action = callable.kind == Callable::Kind::Action;
      path = "EntityContainer " + local(schema_.containers.at(0).name) +
             (action ? "/ActionImport " : "/FunctionImport ") + callable.name;
    }
    add(path);
    flag(path, "IsBound", callable.bound, true);
    say(path, callable.imported ? "EntitySet" : "EntitySetPath", callable.entity_set);
    keep(path, callable.annotations);
    bool has_own_parameters = !callable.imported || callable.kind == Callable::Kind::FunctionImport;
    if (!has_own_parameters) return;
    if (callable.kind == Callable::Kind::FunctionImport) {
      say(path, "m:HttpMethod", callable.http_method);
      if (callable.result) say(path, "ReturnType", written(*callable.result));
    } else if (callable.result) {
      add(path + "/ReturnType ");
      say(path + "/ReturnType ", "Type", written(*callable.result));
    }
    for (auto& parameter : callable.parameters) {
      std::string own = path + "/Parameter " + parameter.name;
      add(own);
      say(own, "Type", written(parameter.type));
      flag(own, "Nullable", parameter.nullable, false);
      say(own, "MaxLength", parameter.max_length);
      say(own, "Precision", parameter.precision);
      say(own, "Scale", parameter.scale);
      keep(own, parameter.annotations);
    }
  }

  void tell(const Reference& reference) {
    add("Reference ");
    say("Reference ", "Uri", reference.uri);
    keep("Reference ", reference.annotations);
    for (auto& include : reference.includes) {
      add("Reference /Include ");
      say("Reference /Include ", "Namespace", include.name_space);
      say("Reference /Include ", "Alias", include.alias);
      keep("Reference /Include ", include.annotations);
    }
  }

  const Schema& schema_;
};

}  // namespace

std::vector<std::string> facts_of_model(const Schema& schema) { return Teller(schema).facts_; }

}  // namespace endcap::test
