import { ScaledObject, TriggerAuthentication } from '@kubernetes-models/keda/keda.sh/v1alpha1';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler';
import { Job } from 'kubernetes-models/batch/v1/Job';
import { Ingress } from 'kubernetes-models/networking.k8s.io/v1/Ingress';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { Namespace } from 'kubernetes-models/v1/Namespace';
import { Service } from 'kubernetes-models/v1/Service';
import { ServiceAccount } from 'kubernetes-models/v1/ServiceAccount';

/** A manifest of whatever kind. */
export interface AnyManifest {
  readonly apiVersion: string;
  readonly kind: string;
}

type Model = new (data: never) => { validate(): void };

/** Kubernetes' and KEDA's own schemas, by what manifests call them. */
const SCHEMAS: Readonly<Record<string, Readonly<Record<string, Model>>>> = {
  v1: { Namespace, Service, ServiceAccount },
  'apps/v1': { Deployment },
  'autoscaling/v2': { HorizontalPodAutoscaler },
  'batch/v1': { Job },
  'networking.k8s.io/v1': { Ingress, NetworkPolicy },
  'policy/v1': { PodDisruptionBudget },
  'keda.sh/v1alpha1': { ScaledObject, TriggerAuthentication },
};

/** Kinds whose schemas no package offers: those of the operators of PostgreSQL and RabbitMQ. */
export const WITHOUT_SCHEMA: readonly string[] = ['postgresql.cnpg.io/v1 Cluster', 'rabbitmq.com/v1beta1 RabbitmqCluster'];

/** Remembers which fields of a value a validator looked at. */
class Watched {
  private readonly seen = new Map<object, Set<string>>();
  private readonly proxies = new Map<object, object>();

  wrap<T>(value: T): T {
    if (typeof value !== 'object' || value === null) {
      return value;
    }
    const known = this.proxies.get(value);
    if (known !== undefined) {
      return known as T;
    }
    const looked = new Set<string>();
    this.seen.set(value, looked);
    const proxy = new Proxy(value, {
      get: (target, key) => {
        looked.add(String(key));
        return this.wrap(Reflect.get(target, key) as unknown);
      },
      ownKeys: (target) => {
        // Whoever lists the keys takes them all: a map of free names.
        Object.keys(target).forEach((key) => looked.add(key));
        return Reflect.ownKeys(target);
      },
    });
    this.proxies.set(value, proxy);
    return proxy as T;
  }

  /** Paths of fields nobody asked for. */
  unseen(value: unknown, path = ''): string[] {
    if (typeof value !== 'object' || value === null) {
      return [];
    }
    const looked = this.seen.get(value);
    return Object.entries(value).flatMap(([key, inner]) => (looked === undefined || (!Array.isArray(value) && !looked.has(key)) ? [`${path}.${key}`] : this.unseen(inner, `${path}.${key}`)));
  }
}

/**
 * What Kubernetes would say against a manifest: a value of the wrong kind, a field that is missing, a field that does not exist. The last
 * is no fault by the schemas, which allow what they do not know, and the usual one in practice.
 * @returns nothing for a manifest in order
 */
export function schemaProblems(manifest: AnyManifest): string[] {
  const model = SCHEMAS[manifest.apiVersion]?.[manifest.kind];
  if (model === undefined) {
    return WITHOUT_SCHEMA.includes(`${manifest.apiVersion} ${manifest.kind}`) ? [] : [`no schema for ${manifest.apiVersion} ${manifest.kind}`];
  }
  const watched = new Watched();
  const instance = Object.setPrototypeOf({}, model.prototype as object) as { validate(): void };
  Object.assign(instance, Object.fromEntries(Object.entries(manifest).map(([key, value]) => [key, watched.wrap(value as unknown)])));
  try {
    instance.validate();
  } catch (error) {
    return [(error as Error).message];
  }
  return Object.entries(manifest).flatMap(([key, value]) => watched.unseen(value, key));
}
