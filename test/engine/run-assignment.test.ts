import { runAssignment } from '../../loadgen/engine/run-assignment.ts';
import { engineContract } from '../contracts/engine.ts';

engineContract('runAssignment', runAssignment);
