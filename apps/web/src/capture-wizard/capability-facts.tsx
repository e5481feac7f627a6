import type { CaptureCapability } from '@capstan/contracts';
import { capabilityFacts } from './device-options';
import classes from './capture-wizard.module.css';

/** What a device type can do, before one relies on it. */
export function CapabilityFacts({ capability }: { capability: CaptureCapability }) {
  return (
    <div className={classes['capability']} role="note" aria-label="What this type can do">
      <dl>
        {capabilityFacts(capability).map(({ term, text }) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      {capability.remarks.length === 0 ? null : (
        <ul>
          {capability.remarks.map((remark) => (
            <li key={remark}>{remark}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
