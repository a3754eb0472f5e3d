// The signature as JSON: for people, for tools, and as the bytes its hash is over.
#include <nlohmann/json.hpp>

#include "compiler/ir/signature_parts.h"

namespace endcap::ir {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const SignatureSlot& slot, bool with_parts) {
  Json json{{"name", slot.name},
            {"type", slot.type},
            {"shape", slot.shape},
            {"trust", slot.advice ? "advice" : "trusted"}};
  if (with_parts && !slot.advised.empty()) json["advice"] = slot.advised;
  if (!slot.projection.empty()) json["projection"] = slot.projection;
  return json;
}

Json json_of(const SignatureGrant& grant, bool with_parts) {
  Json proposals = Json::array();
  for (size_t i = 0; i < grant.proposals.size(); ++i) {
    const SignatureProposal& proposal = grant.proposals[i];
    Json one{{"name", proposal.name}, {"operation", proposal.operation}, {"payload", proposal.payload}};
    if (!proposal.undo.empty()) {
      one["undo"] = proposal.undo;
      one["undo_payload"] = proposal.undo_payload;
    }
    if (with_parts && !grant.knows[i].empty()) one["knows"] = grant.knows[i];
    proposals.push_back(std::move(one));
  }
  Json json{{"name", grant.name},
            {"policy", grant.policy},
            {"facts", grant.facts},
            {"proposals", std::move(proposals)}};
  if (grant.by_line) json["by_line"] = true;
  return json;
}

Json json_of(const SignatureEvent& event) {
  if (event.key.empty()) return {{"name", event.name}};
  return {{"name", event.name}, {"key", event.key}, {"key_shape", event.key_shape}};
}

template <typename Items>
Json list_of(const Items& items) {
  Json list = Json::array();
  for (const auto& item : items) list.push_back(json_of(item));
  return list;
}

// Where a point stands moves with every edit above it; what is written around it, and which parts of what is
// held are advice, is compared where it stands in the way: shown, but not hashed.
Json json_of(const SignaturePoint& point, bool with_place) {
  Json json{{"path", point.path}, {"kind", point.kind}};
  if (!point.machine.empty()) json["machine"] = point.machine;
  if (with_place) {
    json["file"] = point.file;
    json["line"] = point.line;
    if (!point.written.empty()) json["written"] = point.written;
    if (!point.written_now.empty()) json["written_now"] = point.written_now;
    if (!point.ahead.empty()) json["ahead"] = point.ahead;
  }
  json["live"] = Json::array();
  for (const SignatureSlot& slot : point.live) json["live"].push_back(json_of(slot, with_place));
  if (with_place && !point.brings.empty()) json["brings_advice"] = point.brings;
  if (point.advice) json["control"] = "advice";
  if (!point.unasked.empty()) json["unasked"] = point.unasked;
  for (const SignatureGrant& grant : point.grants) json["grants"].push_back(json_of(grant, with_place));
  if (!point.call.empty()) json["call"] = {{"operation", point.call}, {"payload", point.payload}};
  if (!point.events.empty()) json["events"] = list_of(point.events);
  if (!point.element.empty()) json["element"] = point.element;
  if (!point.collected.empty()) json["collected"] = point.collected;
  return json;
}

void add_body(Json& json, const Signature& signature, bool with_place) {
  json["key"] = signature.key;
  json["parameters"] = Json::array();
  for (const SignatureParameter& parameter : signature.parameters)
    json["parameters"].push_back(
        {{"name", parameter.name}, {"type", parameter.type}, {"shape", parameter.shape}});
  json["points"] = Json::array();
  for (const SignaturePoint& point : signature.points) json["points"].push_back(json_of(point, with_place));
  json["projections"] = signature.projections;
  json["payloads"] = signature.payloads;
}

}  // namespace

std::string canonical_text(const Signature& signature) {
  Json json{{"workflow", signature.workflow}};
  add_body(json, signature, false);
  return json.dump();
}

std::string to_json(const Signature& signature, int indent) {
  Json json{{"workflow", signature.workflow}, {"version", signature.version}, {"signature", signature.hash}};
  add_body(json, signature, true);
  json["shapes"] = signature.shapes;
  return json.dump(indent);
}

}  // namespace endcap::ir
