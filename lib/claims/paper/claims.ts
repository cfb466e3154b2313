import type { Claim } from "../claim.ts";
import { collapseCarriesOver } from "./collapse_carries_over.ts";
import { collapseStrengthensByLayer } from "./collapse_strengthens_by_layer.ts";
import { collapsedLayersMatchNetwork } from "./collapsed_layers_match_network.ts";
import { collapsedLayersNccSeparable } from "./collapsed_layers_ncc_separable.ts";
import { deeperNetworksCollapseFurther } from "./deeper_networks_collapse_further.ts";
import { effectiveDepthConstant } from "./effective_depth_constant.ts";
import { effectiveDepthGrowsWithNoise } from "./effective_depth_grows_with_noise.ts";
import { effectiveDepthMinimal } from "./effective_depth_minimal.ts";
import { intermediateLayersCollapse } from "./intermediate_layers_collapse.ts";
import { lastLayerCollapses } from "./last_layer_collapses.ts";

/** The claims of arXiv 2202.09028, in the order of a report. */
export const paperClaims: readonly Claim[] = [
  lastLayerCollapses,
  intermediateLayersCollapse,
  collapseStrengthensByLayer,
  deeperNetworksCollapseFurther,
  effectiveDepthConstant,
  effectiveDepthMinimal,
  effectiveDepthGrowsWithNoise,
  collapsedLayersNccSeparable,
  collapsedLayersMatchNetwork,
  collapseCarriesOver,
];
